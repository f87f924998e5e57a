package dev.spikelane.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OptimizingCompilerTest {

    private static final String HOTSPOT = "OpenJDK 64-Bit Server VM";

    /** JDK 27 reports only "mixed mode, sharing" if C1 alone compiles. */
    @ParameterizedTest
    @CsvSource({
        "TieredStopAtLevel, 1, TieredStopAtLevel=1",
        "TieredStopAtLevel, 3, TieredStopAtLevel=3",
        "CompilationMode, quick-only, CompilationMode=quick-only",
        "NeverActAsServerClassMachine, true, NeverActAsServerClassMachine"
    })
    void flagsTellWhereTheTextDoesNot(String flag, String value, String reason) {
        Map<String, String> flags = Map.of(flag, value);
        assertEquals(
                reason,
                OptimizingCompiler.missing(HOTSPOT, "mixed mode, sharing", name -> flags.getOrDefault(name, "")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"interpreted mode, sharing", "mixed mode, emulated-client, sharing"})
    void theTextTellsWithoutFlags(String mode) {
        assertEquals(mode, OptimizingCompiler.missing(HOTSPOT, mode, _ -> ""));
    }

    @Test
    void openJ9HasNone() {
        assertEquals("Eclipse OpenJ9 VM", OptimizingCompiler.missing("Eclipse OpenJ9 VM", "JRE 25 Linux", _ -> ""));
    }

    @ParameterizedTest
    @CsvSource({"TieredStopAtLevel, 4", "CompilationMode, high-only", "CompilationMode, default", "other, true"})
    void otherFlagsLeaveItThere(String flag, String value) {
        Map<String, String> flags = Map.of(flag, value);
        assertNull(OptimizingCompiler.missing(HOTSPOT, "mixed mode", name -> flags.getOrDefault(name, "")));
    }
}
