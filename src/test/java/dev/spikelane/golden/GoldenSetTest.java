package dev.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GoldenSetTest {

    @Test
    void holdsCasesOfSomeOperationThatTestsRun() throws IOException {
        GoldenSet.unknownOperations()
                .forEach((operation, names) ->
                        System.out.println("Golden " + operation + ": 0 ran, " + names.size() + " left out"
                                + System.lineSeparator()
                                + GoldenReport.leftOut(names, "this version has no such operation")));
        int cases = GoldenSet.OPERATIONS.stream()
                .mapToInt(operation -> GoldenSet.of(operation).cases().size())
                .sum();
        assertNotEquals(0, cases, "golden cases of " + GoldenSet.OPERATIONS);
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
