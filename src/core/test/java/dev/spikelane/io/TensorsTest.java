package dev.spikelane.io;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertStart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One reader and one writer for all formats of tensors. */
final class TensorsTest extends FolderCase {

    private static final List<Tensor> TENSORS = List.of(
            Tensor.of("late", FloatMatrix.vector(1, 2, 3), List.of(3)),
            Tensor.of("early", FloatMatrix.vector(4), List.of()));

    @Test
    void streamsAndFilesAreReadInTheFormatThatTheirBytesTell() throws IOException {
        for (Tensors.Format format : Tensors.Format.values()) {
            if (format == Tensors.Format.PYTORCH) {
                continue;
            }
            Tensors content = Tensors.of(format, TENSORS);
            Path file = folder.resolve("a file");
            content.write(file);
            byte[] bytes = Files.readAllBytes(file);
            if (format != Tensors.Format.SAFETENSORS) {
                assertEquals(0, bytes[28] | bytes[29], "an extra field, whose time depends on the time zone");
            }
            Tensors read = Tensors.read("x", new ByteArrayInputStream(bytes));
            assertEquals(
                    format == Tensors.Format.SAFETENSORS ? Tensors.Format.SAFETENSORS : Tensors.Format.NUMPY,
                    read.format());
            assertEquals(content.tensors().toString(), read.tensors().toString());
            assertEquals(read.toString(), Tensors.read(file).toString());
            assertEquals(read.toString(), Tensors.read(file, format).toString());
            Tensors.Format other =
                    read.format() == Tensors.Format.NUMPY ? Tensors.Format.SAFETENSORS : Tensors.Format.PYTORCH;
            assertStart(IOException.class, file + ": is ", () -> Tensors.read(file, other));
        }
    }

    @Test
    void bytesAreThoseOfAFile() throws IOException {
        Tensors content = Tensors.of(Map.of("made by", "a test"), TENSORS);
        Path file = folder.resolve("x.safetensors");
        content.write(file);
        assertArrayEquals(Files.readAllBytes(file), content.toBytes());
        assertEquals("early", content.tensors().getFirst().name());
        Tensors archive = Tensors.of(Tensors.Format.NUMPY, TENSORS);
        assertEquals("late", archive.tensors().getFirst().name());
        assertThrows(IllegalStateException.class, archive::toBytes);
    }

    @Test
    void filesOfPyTorchAreNotWritten() {
        assertInvalid(
                "format is PYTORCH, which is read alone, expected SAFETENSORS, NUMPY or COMPRESSED_NUMPY",
                () -> Tensors.of(Tensors.Format.PYTORCH, TENSORS));
    }
}
