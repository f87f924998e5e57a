package dev.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InfoFallbackTest {

    @Test
    void saysThatTheVectorModuleIsMissing() {
        String info = CommandRun.of("info").requireSuccess();
        assertTrue(info.contains("jdk.incubator.vector is absent"), info);
        assertTrue(info.contains("SIMD            scalar kernels, because"), info);
    }
}
