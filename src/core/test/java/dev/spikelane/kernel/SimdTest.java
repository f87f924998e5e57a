package dev.spikelane.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.simd.IntLanes;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.SimdWidth;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EveryWidth
final class SimdTest {

    @Test
    void theSwitchFollowsTheWidth() {
        assertEquals(Simd.bits() > 0, SimdWidth.VECTOR);
    }

    @Test
    @EnabledIfSystemProperty(named = Simd.PROPERTY, matches = "scalar")
    void scalarIsWhatWasAskedFor() {
        assertEquals(0, Simd.bits());
        assertEquals("scalar kernels, as spikelane.simd=scalar asks", Simd.describe());
    }

    @Test
    @EnabledIfSystemProperty(named = Simd.PROPERTY, matches = "max-128|max-256")
    void widthIsWhatWasAskedForOrTheWidest() {
        int asked = Integer.parseInt(System.getProperty(Simd.PROPERTY).substring("max-".length()));
        assertTrue(Simd.bits() >= 128 && Simd.bits() <= asked, Simd.describe());
        assertEquals(
                Simd.bits() == asked ? "as spikelane.simd=max-" + asked + " asks" : "the widest that this CPU has",
                Simd.describe().substring(Simd.describe().indexOf(", ") + 2));
    }

    @Test
    @DisabledIfSystemProperty(named = Simd.PROPERTY, matches = "scalar")
    void describesItsLanesOrWhyThereAreNone() {
        if (!SimdWidth.VECTOR) {
            assertTrue(Simd.describe().startsWith("scalar kernels, because this CPU has no "), Simd.describe());
            return;
        }
        assertTrue(SimdWidth.FUSED);
        assertTrue(Set.of(128, 256, 512).contains(Simd.bits()), Simd.describe());
        assertEquals(Simd.bits() / 32, Lanes.COUNT);
        assertEquals(Simd.bits() / 8, Lanes.BYTES);
        assertEquals(Lanes.COUNT, IntLanes.INT.length());
        String lanes = Simd.bits() + "-bit vectors (" + Simd.bits() / 32 + " floats), ";
        assertTrue(Simd.describe().startsWith(lanes), Simd.describe());
    }
}
