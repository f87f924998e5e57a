package dev.spikelane.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.fixture.FolderCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class CpuTest extends FolderCase {

    @Test
    void readsTheFirstCpu() throws IOException {
        Path file = folder.resolve("cpuinfo");
        Files.writeString(file, """
                processor	: 0
                vendor_id	: AuthenticAMD
                cpu family	: 25
                model		: 17
                model name	: AMD EPYC 9R14

                processor	: 1
                cpu family	: 26
                """);
        assertArrayEquals(new int[] {25, 17}, Cpu.read(file));
    }

    @Test
    void otherSystemsHaveNoSuchNumbers() throws IOException {
        Path file = folder.resolve("cpuinfo");
        assertArrayEquals(new int[2], Cpu.read(file));
        Files.writeString(file, "processor : 0\nCPU implementer : 0x41\nmodel : POWER9, altivec supported\n");
        assertArrayEquals(new int[2], Cpu.read(file));
    }
}
