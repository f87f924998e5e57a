package dev.spikelane.io;

import static dev.spikelane.Failures.assertStart;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.TorchRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** NumPy archives are written stored or deflated; other members than tensors cause warnings. */
final class NpzTest extends FolderCase {

    private static final String STRUCTURED =
            "{'descr': [('a', '<f4', (2,)), ('b]', [('c', '|i1')])]," + " 'fortran_order': False, 'shape': (1,), }";

    private static byte[] array(String header, int bytes) {
        byte[] text =
                ("\u0093NUMPY\u0001\0" + (char) header.length() + "\0" + header).getBytes(StandardCharsets.ISO_8859_1);
        return Arrays.copyOf(text, text.length + bytes);
    }

    private static byte[] archive(String first, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(first));
            zip.write(content);
            zip.putNextEntry(new ZipEntry("w.npy"));
            zip.write(array("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 12));
        }
        return bytes.toByteArray();
    }

    @Test
    void anArrayOfStructuresIsPassedOver() throws IOException {
        Tensors found = Tensors.read("x", new ByteArrayInputStream(archive("s.npy", array(STRUCTURED, 9))));
        assertEquals("[tensor 'w' of F32 [3]]", found.tensors().toString());
        String warning = found.warnings().getFirst();
        assertTrue(warning.startsWith("x: member 's.npy': has item type '[('a', '<f4', "), warning);
        assertTrue(warning.contains("(structured)"), warning);
        for (String broken : new String[] {STRUCTURED.replace("])],", "]),"), STRUCTURED.replace("'b]'", "'b]")}) {
            byte[] bytes = archive("s.npy", array(broken, 9));
            assertStart(
                    IOException.class,
                    "x: member 's.npy': at character ",
                    () -> Tensors.read("x", new ByteArrayInputStream(bytes), Tensors.Format.NUMPY));
        }
    }

    @Test
    void deflatedMembersComeBack() throws IOException {
        FloatMatrix zeros = FloatMatrix.zeros(700, 1_000);
        FloatMatrix random = new TorchRandom(1).rand(700, 900);
        Tensors content = Tensors.of(
                Tensors.Format.COMPRESSED_NUMPY,
                List.of(
                        Tensor.of("zeros", zeros, List.of(700, 1_000)),
                        Tensor.of("random", random, List.of(7, 100, 900)),
                        Tensor.of("one", FloatMatrix.vector(1.5f), List.of())));
        Path file = folder.resolve("x.npz");
        content.write(file);
        assertTrue(Files.size(file) < 2_500_000, "has " + Files.size(file) + " bytes");
        Tensors read = Tensors.read(file, Tensors.Format.NUMPY);
        for (Tensor each : content.tensors()) {
            assertEquals(each.toString(), read.tensor(each.name()).toString());
            assertEquals(-1, each.bytes().mismatch(read.tensor(each.name()).bytes()));
        }
        assertEquals(List.of(), read.warnings());
    }
}
