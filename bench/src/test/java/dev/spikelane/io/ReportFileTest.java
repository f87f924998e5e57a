package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {

    @Test
    void aFileIsReplacedAsAWhole(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("report.md"), "old");

        ReportFile.write(file, "± new\n");

        assertEquals("± new\n", Files.readString(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aMissingFolderIsAnError(@TempDir Path folder) {
        assertThrows(IOException.class, () -> ReportFile.write(folder.resolve("none/report.md"), "text"));
    }
}
