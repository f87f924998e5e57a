package dev.spikelane.io.file;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Failures;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Npy;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Messages about files are one line without control characters, and say what happened. */
final class FileTextTest extends FolderCase {

    @Test
    void escapesWhatMovesTheCursorAndNothingElse() {
        assertEquals("a\\u001b[2Jb\\u000a\\u202e", FileText.escaped("a\u001b[2Jb\n\u202e"));
        assertEquals("gr\u00fcn \u5b57 'x'", FileText.escaped("gr\u00fcn \u5b57 'x'"));
    }

    @Test
    void textOfFilesIsEscaped() throws IOException {
        Path file = folder.resolve("m.safetensors");
        ModelFile.write(file, network());
        Tensors model = Tensors.read(file, Tensors.Format.SAFETENSORS);
        String control = "\u001b[2J";
        List<Tensor> more = new ArrayList<>(model.tensors());
        more.add(Tensor.of(control, FloatMatrix.of(new float[] {1}), List.of(1)));
        assertEscaped(file, Tensors.of(model.metadata(), more));
        Map<String, String> metadata = new HashMap<>(model.metadata());
        metadata.computeIfPresent("spikelane", (_, text) -> text.replace("\"lif1\"", "\"\\u001b[2J\""));
        assertEscaped(file, Tensors.of(metadata, model.tensors()));
    }

    private static void assertEscaped(Path file, Tensors content) throws IOException {
        content.write(file);
        String message =
                assertThrows(IOException.class, () -> ModelFile.read(file)).getMessage();
        assertFalse(message.chars().anyMatch(Character::isISOControl), message);
        assertTrue(message.startsWith(file.toString()), message);
        assertTrue(message.contains("\\u001b[2J"), message);
    }

    /** Names of networks from files would bypass the escaping of file messages. */
    @Test
    void namesHaveNoControlCharacters() {
        assertInvalid(
                "input has the name 'x\\u001b[2J', expected one without control characters, as messages hold it",
                () -> Network.builder().input("x\u001b[2J", Shape.of(1)));
    }

    /** Instead of "ClosedByInterruptException: null". */
    @Test
    void interruptedThreadsAreNamed() throws IOException {
        Path npy = folder.resolve("x.npy");
        Npy.write(npy, FloatMatrix.of(new float[] {1}));
        Path model = folder.resolve("m.safetensors");
        ModelFile.write(model, network());
        byte[] before = Files.readAllBytes(model);
        assertInterrupted(npy + ": was not read", () -> Npy.readFloats(npy));
        assertInterrupted(npy + ": was not written", () -> Npy.write(npy, FloatMatrix.of(new float[] {1})));
        assertInterrupted(model + ": was not written", () -> ModelFile.write(model, network()));
        assertEquals(before.length, Files.size(model));
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count(), "no temporary file is left");
        }
    }

    private static void assertInterrupted(String start, Executable call) {
        Throwable thrown = Failures.onOtherThread("worker", () -> {
            Thread.currentThread().interrupt();
            try {
                call.execute();
            } finally {
                assertTrue(Thread.interrupted(), "the thread is still interrupted");
            }
        });
        assertNotNull(thrown);
        assertInstanceOf(InterruptedIOException.class, thrown);
        assertEquals(start + ", because thread 'worker' was interrupted", thrown.getMessage());
    }

    private static Network network() {
        return Networks.dense(new TorchRandom(1), new Leaky(0.9f), 2, 1);
    }
}
