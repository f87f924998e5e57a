package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.spikelane.Tries;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.model.NirImport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** 10,000 damaged files of each format cause an {@link IOException} of one line, or give usable content. */
final class ReaderMutationTest {

    private static final int COUNT = Tries.ALL ? 10_000 : 1_000;
    private static final long MOST_BYTES = 32 << 20;

    /** Reads a damaged file and uses its content. */
    private interface Reading {
        void read(InputStream stream) throws IOException;
    }

    private interface Breaking {
        byte[] next() throws IOException;
    }

    private static byte[] file(String kind, String name, String file) {
        return GoldenSet.interop(kind).cases().stream()
                .filter(golden -> golden.name().equals(name))
                .findFirst()
                .map(golden -> golden.file(file))
                .orElseThrow();
    }

    private static void check(Breaking breaking, Reading reading) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int refused = 0;
        for (int i = 0; i < COUNT; i++) {
            byte[] broken = breaking.next();
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                reading.read(new ByteArrayInputStream(broken));
            } catch (IOException expected) {
                refused++;
                assertTrue(expected.getMessage().startsWith("x: "), expected::getMessage);
                assertEquals(1, expected.getMessage().lines().count(), expected::getMessage);
            } catch (RuntimeException | Error wrong) {
                throw new AssertionError("file " + i + " of " + hex(broken), wrong);
            }
            assertTrue(threads.getCurrentThreadAllocatedBytes() - before < MOST_BYTES, () -> hex(broken));
        }
        assertTrue(refused > COUNT / 2, "only " + refused + " were refused");
    }

    private static String hex(byte[] broken) {
        return HexFormat.of().formatHex(broken, 0, Math.min(broken.length, 4_096));
    }

    private static void use(Tensors file) {
        for (Tensor tensor : file.tensors()) {
            tensor.bytes().asByteBuffer();
            try {
                tensor.floats();
            } catch (IllegalArgumentException rounds) {
                assertTrue(rounds.getMessage().contains("expected a number that float32 has"), rounds::getMessage);
            }
        }
    }

    @Test
    void safetensors() throws IOException {
        Mutation mutation = new Mutation(1);
        byte[] types = file("safetensors", "st_dtypes", "model.safetensors");
        byte[] names = file("safetensors", "st_names_escaped", "model.safetensors");
        check(() -> mutation.of(types, names), stream -> use(Tensors.read("x", stream, Tensors.Format.SAFETENSORS)));
    }

    @Test
    void npz() throws IOException {
        Mutation mutation = new Mutation(2);
        byte[] stored = file("npz", "npz", "named.npz");
        byte[] deflated = file("npz", "npz", "named_compressed.npz");
        byte[] streamed = file("npz", "npz", "streamed_deflated.npz");
        int[] turn = {0};
        check(
                () -> turn[0]++ % 4 == 0 ? mutation.inside(stored) : mutation.of(deflated, streamed, stored),
                stream -> use(Tensors.read("x", stream, Tensors.Format.NUMPY)));
    }

    @Test
    void npy() throws IOException {
        Mutation mutation = new Mutation(3);
        byte[] floats = file("npy", "npy_dtypes", "f32_c.npy");
        byte[] turned = file("npy", "npy_dtypes", "f64_fortran.npy");
        byte[] other = file("npy", "npy_dtypes", "f32_big_endian_fortran.npy");
        int[] turn = {0};
        check(() -> mutation.of(floats, turned, other), stream -> {
            if (turn[0]++ % 2 == 0) {
                use(Tensors.read("x", stream, Tensors.Format.NUMPY));
            } else {
                Npy.readFloats("x", stream);
            }
        });
    }

    /** Half of the faults are in HDF5's tables; the rest becomes a network. */
    @Test
    void graphsOfNir() throws IOException {
        Mutation mutation = new Mutation(5);
        byte[] plain = file("nir", "nir_affine", "graph.nir");
        byte[] recurrent = file("nir", "nir_recurrent", "graph.nir");
        byte[] latest = file("nir", "nir_h5_latest_format", "graph.nir");
        byte[] packed = file("nir", "nir_lzf", "graph.nir");
        check(
                () -> mutation.of(plain, recurrent, latest, packed),
                stream -> NirImport.DEFAULT.read("x", stream).network());
    }

    @Test
    void torchFiles() throws IOException {
        Mutation mutation = new Mutation(4);
        byte[] types = file("pth", "pth_files", "types.pth");
        byte[] strides = file("pth", "pth_files", "strides.pth");
        byte[] nested = file("pth", "pth_files", "nested.pth");
        byte[] checkpoint = file("pth", "pth_files", "checkpoint.pth");
        int[] turn = {0};
        check(
                () -> turn[0]++ % 4 == 0
                        ? mutation.of(types, strides, nested, checkpoint)
                        : mutation.inside(types, strides, nested, checkpoint),
                stream -> use(Tensors.read("x", stream, Tensors.Format.PYTORCH)));
    }

    @Test
    void idx() throws IOException {
        Mutation mutation = new Mutation(5);
        List<GoldenCase> cases = GoldenSet.interop("idx").cases();
        assertEquals("idx_valid", cases.getFirst().name());
        byte[] images = cases.getFirst().file("images-idx3-ubyte");
        byte[] packed = cases.getFirst().file("named_in_gzip_header.gz");
        check(() -> mutation.of(images, packed), stream -> Idx.read("x", stream).toArray());
    }
}
