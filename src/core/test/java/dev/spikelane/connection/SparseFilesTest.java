package dev.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Checkout;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/**
 * Synapses in files of SciPy. Resources were written by SciPy 1.17: the matrix {@code [3 x 5]} with 0.1 at (0, 1), -2
 * at (0, 4), 7 at (2, 0) and 1.5 at (2, 2).
 */
final class SparseFilesTest extends FolderCase {

    private static String declared(Sparse sparse, int sources) {
        SynapseRows rows = sparse.synapses(Shape.of(sources));
        StringBuilder declared = new StringBuilder();
        for (int source = 0; source < sources; source++) {
            int count = rows.read(source);
            for (int i = 0; i < count; i++) {
                declared.append(source + ">" + rows.target(i) + " " + rows.weight(i) + ", ");
            }
        }
        return declared.toString();
    }

    @Test
    void matricesComeInBothOrders() throws IOException {
        for (String format : new String[] {"csr", "csc", "coo"}) {
            Path file = Checkout.file("src/core/test/resources/formats/scipy-" + format + ".npz");
            Sparse sources = Sparse.readSourceRows(file);
            assertEquals("0>1 0.1, 0>4 -2.0, 2>0 7.0, 2>2 1.5, ", declared(sources, 3), format);
            assertEquals(Shape.of(5), sources.outputShape(Shape.of(3)));
            Sparse targets = Sparse.readTargetRows(file);
            assertEquals("0>2 7.0, 1>0 0.1, 2>2 1.5, 4>0 -2.0, ", declared(targets, 5), format);
            assertEquals(Shape.of(3), targets.outputShape(Shape.of(5)));
        }
    }

    private record Member(String type, String shape, byte[] items) {

        static Member of(String type, Number... items) {
            int size = type.charAt(2) - '0';
            ByteBuffer bytes = ByteBuffer.allocate(size * items.length).order(ByteOrder.LITTLE_ENDIAN);
            for (Number each : items) {
                switch (type) {
                    case "<i8" -> bytes.putLong(each.longValue());
                    case "<i4" -> bytes.putInt(each.intValue());
                    case "<f4" -> bytes.putFloat(each.floatValue());
                    case "<f8" -> bytes.putDouble(each.doubleValue());
                    default -> bytes.put(each.byteValue());
                }
            }
            return new Member(type, "(" + items.length + ",)", bytes.array());
        }

        static Member text(String text) {
            return new Member("|S" + text.length(), "()", text.getBytes(StandardCharsets.US_ASCII));
        }

        /** As {@code numpy.save} writes it. */
        byte[] bytes() {
            String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
            String padded = header + " ".repeat(117 - header.length()) + "\n";
            byte[] prefix = ("\u0093NUMPY\u0001\0" + (char) padded.length() + "\0" + padded)
                    .getBytes(StandardCharsets.ISO_8859_1);
            return ByteBuffer.allocate(prefix.length + items.length)
                    .put(prefix)
                    .put(items)
                    .array();
        }
    }

    private Path write(Consumer<Map<String, Member>> change) throws IOException {
        Map<String, Member> members = new LinkedHashMap<>();
        members.put("indices", Member.of("<i8", 1, 0, 0));
        members.put("indptr", Member.of("<i8", 0, 2, 2, 3));
        members.put("format", Member.text("csr"));
        members.put("shape", Member.of("<i8", 3, 2));
        members.put("data", Member.of("<f4", 0.5, 0, -1));
        change.accept(members);
        Path file = folder.resolve("w.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, Member> each : members.entrySet()) {
                zip.putNextEntry(new ZipEntry(each.getKey() + ".npy"));
                zip.write(each.getValue().bytes());
            }
        }
        return file;
    }

    @Test
    void entriesStayInTheirOrderWithTheirNumbers() throws IOException {
        assertEquals("0>1 0.5, 0>0 0.0, 2>0 -1.0, ", declared(Sparse.readSourceRows(write(_ -> {})), 3));
        assertEquals(
                "0>2 1.0, 0>0 0.0, 1>0 1.0, ",
                declared(
                        Sparse.readTargetRows(write(members -> {
                            members.put("format", Member.text("coo"));
                            members.put("row", Member.of("<i4", 2, 0, 0));
                            members.put("col", Member.of("<i4", 0, 0, 1));
                            members.put("data", Member.of("|b1", 1, 0, 1));
                        })),
                        2));
        assertEquals(
                "",
                declared(
                        Sparse.readSourceRows(write(members -> {
                            members.put("indices", Member.of("<i4"));
                            members.put("indptr", Member.of("<i4", 0, 0, 0, 0));
                            members.put("data", Member.of("<f8"));
                        })),
                        3));
    }

    private void assertRefused(String message, Consumer<Map<String, Member>> change) throws IOException {
        Path file = write(change);
        String found = assertThrows(IOException.class, () -> Sparse.readSourceRows(file))
                .getMessage();
        assertTrue(found.startsWith(file + ": ") && found.contains(message), found);
    }

    @Test
    void whatIsNoMatrixIsSaid() throws IOException {
        assertRefused(
                "is a matrix of SciPy of format 'bsr', expected 'csr', 'csc' or 'coo'",
                members -> members.put("format", Member.text("bsr")));
        assertRefused("is no matrix of SciPy", members -> members.remove("format"));
        assertRefused("there is no tensor 'indptr'", members -> members.remove("indptr"));
        assertRefused(
                "indptr has 4 numbers, expected 4 that ascend from 0 to 3, the number of indices",
                members -> members.put("indptr", Member.of("<i8", 0, 9, 2, 3)));
        assertRefused("indptr has 3 numbers, expected 4", members -> members.put("indptr", Member.of("<i8", 0, 2, 3)));
        assertRefused(
                "entry 1 stands in row 0 and column 2, expected rows below 3 and columns below 2",
                members -> members.put("indices", Member.of("<i4", 1, 2, 0)));
        assertRefused(
                "has 3 rows, 3 columns and 2 numbers of entries",
                members -> members.put("data", Member.of("<f8", 1, 2)));
        assertRefused("shape is [6]", members -> members.put("shape", Member.of("<i8", 6)));
        assertRefused("number of edge 2 is Infinity", members -> members.put("data", Member.of("<f8", 1, 2, 1e300)));
    }
}
