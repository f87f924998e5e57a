package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.Tries;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.io.Idx;
import dev.spikelane.io.Malformed;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Npy;
import dev.spikelane.io.Tensors;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;

/** Every reader and writer reports one line if a path is no file, or the file changes meanwhile. */
@Timeout(600)
final class ReaderFaultTest extends FolderCase {

    private interface Reader {
        Object read(Path file) throws IOException;
    }

    private static final Map<String, Reader> READERS = readers();

    private static Map<String, Reader> readers() {
        Map<String, Reader> readers = new LinkedHashMap<>();
        readers.put("safetensors", file -> Tensors.read(file, Tensors.Format.SAFETENSORS));
        readers.put("npz", file -> Tensors.read(file, Tensors.Format.NUMPY));
        readers.put("pth", file -> Tensors.read(file, Tensors.Format.PYTORCH));
        readers.put("any", Tensors::read);
        readers.put("npy", Npy::readFloats);
        readers.put("spikes", Npy::readSpikes);
        readers.put("idx", Idx::read);
        readers.put("state", StateDict::read);
        readers.put("model", ModelFile::read);
        readers.put("integers", ModelFile::readIntegers);
        readers.put("nir", NirImport.DEFAULT::read);
        return readers;
    }

    private void assertAllRefuse(Path file, String part) {
        READERS.forEach((name, reader) -> Malformed.assertRejected(file, part, () -> reader.read(file)));
    }

    @Test
    void missingFilesFoldersAndEmptyFiles() throws IOException {
        assertAllRefuse(folder.resolve("missing"), "no such file");
        assertAllRefuse(folder, "is a folder, expected a file");
        assertAllRefuse(Files.createFile(folder.resolve("empty")), "");
    }

    @Test
    void filesThatMayNotBeRead() throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), "x");
        assumeTrue(file.toFile().setReadable(false), "this file system has no permissions");
        assumeFalse(Files.isReadable(file), "root may read anything");
        assertAllRefuse(file, "cannot be read, permission denied");
    }

    @Test
    void devices() {
        Path zeros = Path.of("/dev/zero");
        assumeTrue(Files.exists(zeros), "there is no /dev/zero");
        Malformed.assertRejected(zeros, "", () -> Tensors.read(zeros, Tensors.Format.SAFETENSORS));
        Malformed.assertRejected(
                zeros,
                "goes on after 1048576 bytes, expected at most",
                () -> Tensors.read(zeros, Tensors.Format.NUMPY, 1 << 20));
        Malformed.assertRejected(zeros, "is no file of PyTorch", () -> Tensors.read(zeros, Tensors.Format.PYTORCH));
        Malformed.assertRejected(zeros, "", () -> Npy.readFloats(zeros));
        Malformed.assertRejected(zeros, "", () -> Idx.read(zeros));
    }

    /** A pipe has no length, and can be read once. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no named pipes in folders")
    void pipes() throws Exception {
        Path pipe = folder.resolve("pipe");
        Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assumeTrue(made.waitFor() == 0, "there is no mkfifo");
        byte[] safetensors = file("safetensors", "st_net_f32", "model.safetensors");
        byte[] npz = file("npz", "npz_net", "weights_compressed.npz");
        byte[] pth = file("pth", "pth_net_f32", "model.pth");
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            for (byte[] content : List.of(safetensors, npz, pth)) {
                Tensors read = through(other, pipe, content, () -> Tensors.read(pipe));
                assertEquals(12, read.tensors().size(), read::toString);
            }
            for (Reader reader : READERS.values()) {
                byte[] half = Arrays.copyOf(safetensors, safetensors.length / 2);
                assertThrows(IOException.class, () -> through(other, pipe, half, () -> reader.read(pipe)));
            }
        }
    }

    private static <T> T through(ExecutorService other, Path pipe, byte[] content, Callable<T> read) throws Exception {
        Future<?> writing = other.submit(() -> {
            try {
                Files.write(pipe, content, StandardOpenOption.WRITE);
            } catch (IOException closed) {
                // the reader closed the pipe
            }
        });
        try {
            return read.call();
        } finally {
            writing.get(100, TimeUnit.SECONDS);
        }
    }

    private static byte[] file(String kind, String name, String file) {
        GoldenCase found = GoldenSet.interop(kind).cases().stream()
                .filter(golden -> golden.name().equals(name))
                .findFirst()
                .orElseThrow();
        return found.file(file);
    }

    /** The result is one of the files, or nothing. */
    @Test
    void filesThatAreReplacedOrCutWhileTheyAreRead() throws Exception {
        byte[] one = Files.readAllBytes(written("one", 1));
        byte[] two = Files.readAllBytes(written("two", 2));
        long first = ModelFile.of(one).weights().hash();
        long second = ModelFile.of(two).weights().hash();
        Path file = Files.write(folder.resolve("file"), one);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            Future<?> changes = other.submit(() -> change(file, one, two, done));
            for (int i = 0; i < Tries.beforeTheNight(200); i++) {
                try {
                    long hash = ModelFile.read(file).weights().hash();
                    assertTrue(hash == first || hash == second, "neither of both files was read");
                } catch (IOException cut) {
                    assertTrue(cut.getMessage().startsWith(file + ": "), cut::getMessage);
                }
            }
            done.set(true);
            changes.get(100, TimeUnit.SECONDS);
        }
    }

    private Void change(Path file, byte[] one, byte[] two, AtomicBoolean done) throws IOException {
        for (int i = 0; !done.get(); i++) {
            Path next = Files.write(folder.resolve("next"), i % 2 == 0 ? one : two);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(i % 4 == 0 ? one.length / 2 : one.length);
            }
        }
        return null;
    }

    private Path written(String name, int seed) throws IOException {
        Network network = Networks.dense(new TorchRandom(seed), new Leaky(0.9), 784, 100, 10);
        Path file = folder.resolve(name);
        ModelFile.write(file, network);
        return file;
    }

    @Test
    void fullDisks() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "there is no /dev/full that may be written");
        Network network = ModelFile.read(written("model", 3));
        Tensors tensors = Tensors.read(folder.resolve("model"), Tensors.Format.SAFETENSORS);
        for (Executable writing : new Executable[] {
            () -> ModelFile.write(full, network),
            () -> tensors.write(full),
            () -> Tensors.of(Tensors.Format.NUMPY, tensors.tensors()).write(full),
            () -> Tensors.of(Tensors.Format.COMPRESSED_NUMPY, tensors.tensors()).write(full),
            () -> NirFile.write(full, NirModel.export(Model.of(network), 1e-4).graph()),
            () -> Npy.write(full, network.weights().get("fc1.weight"))
        }) {
            Malformed.assertRejected(full, "No space left on device", writing);
        }
    }
}
