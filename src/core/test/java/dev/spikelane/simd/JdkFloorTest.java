package dev.spikelane.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JdkFloorTest {

    @ParameterizedTest
    @ValueSource(strings = {"25", "25.0.1+8", "25.0.2", "25.0.3-ea+1"})
    void warnsOfBuildsThatCorruptMemory(String version) {
        assertEquals(
                "JDK " + version
                        + " may corrupt heap objects that native code holds (JDK-8377811); use 25.0.3 or newer",
                JdkFloor.warning(Runtime.Version.parse(version)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"25.0.3+9", "25.0.3", "25.1", "26-ea+3", "27"})
    void isSilentElsewhere(String version) {
        assertNull(JdkFloor.warning(Runtime.Version.parse(version)));
    }

    @Test
    void theBuildOfTheTestsIsSafe() {
        assertNull(JdkFloor.warning(Runtime.version()));
    }
}
