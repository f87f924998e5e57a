package dev.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GoldenSetTest {

    @Test
    void holdsCasesOfSomeOperationThatTestsRun() throws IOException {
        sayUnknown("Golden", GoldenSet.unknown("golden", GoldenSet.OPERATIONS));
        sayUnknown("Interop", GoldenSet.unknown("interop", GoldenSet.KINDS));
        int cases = GoldenSet.OPERATIONS.stream()
                .mapToInt(operation -> GoldenSet.of(operation).cases().size())
                .sum();
        assertNotEquals(0, cases, "golden cases of " + GoldenSet.OPERATIONS);
    }

    private static void sayUnknown(String set, Map<String, Set<String>> unknown) {
        unknown.forEach((operation, names) -> System.out.println(
                set + " " + operation + ": 0 ran, " + names.size() + " left out" + System.lineSeparator()
                        + GoldenReport.leftOut(names, "this version has no test of its kind")));
    }

    @TestFactory
    Stream<DynamicTest> everyArrayIsAsItsCaseDeclares() {
        return GoldenSet.OPERATIONS.stream()
                .map(operation -> DynamicTest.dynamicTest(
                        operation, () -> GoldenSet.of(operation).cases().forEach(GoldenSetTest::readEveryArray)));
    }

    private static void readEveryArray(GoldenCase golden) {
        Stream.concat(golden.inputs().stream(), golden.outputs().stream()).forEach(array -> {
            int length = golden.isFloat(array) ? golden.floats(array).length : golden.bytes(array).length;
            assertEquals(GoldenArray.length(golden.shape(array)), length, golden + ": " + array);
        });
    }
}
