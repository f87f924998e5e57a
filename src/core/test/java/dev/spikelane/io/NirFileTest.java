package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.io.hdf5.Hdf5;
import dev.spikelane.io.hdf5.Hdf5Group;
import dev.spikelane.io.hdf5.Hdf5Item;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HDF5 files that could keep a reader busy. */
@Timeout(600)
final class NirFileTest {

    private static final int CHILDREN = 24;

    private static byte[] graph(String name) {
        GoldenCase found = GoldenSet.interop("nir").cases().stream()
                .filter(golden -> golden.name().equals(name))
                .findFirst()
                .orElseThrow();
        return found.file("graph.nir");
    }

    private static String refusal(byte[] file) {
        return String.valueOf(assertThrows(IOException.class, () -> NirFile.read("x", new ByteArrayInputStream(file)))
                .getMessage());
    }

    /** Returns the offsets of the trees of groups. */
    private static List<Integer> trees(byte[] file) {
        String letters = new String(file, StandardCharsets.ISO_8859_1);
        List<Integer> found = new ArrayList<>();
        for (int at = letters.indexOf("TREE\0"); at >= 0; at = letters.indexOf("TREE\0", at + 1)) {
            found.add(at);
        }
        return found;
    }

    private static void lead(byte[] file, int node, int level, int child) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(node + 5, (byte) level).putShort(node + 6, (short) 16);
        for (int i = 0; i < 16; i++) {
            bytes.putLong(node + CHILDREN + Long.BYTES + 2 * Long.BYTES * i, child);
        }
    }

    /** Each node leads sixteen times to the node of the next level. */
    @Test
    void treesWhoseNodesAreShared() {
        byte[] file = graph("nir_recurrent");
        List<Integer> trees = trees(file);
        assertTrue(trees.size() > 6, trees::toString);
        for (int i = 1; i < trees.size(); i++) { // the root's tree is first
            lead(file, trees.get(i - 1), trees.size() - i, trees.get(i));
        }
        String message = refusal(file);
        assertTrue(message.contains("whose nodes lead to each other"), message);
    }

    @Test
    void treesThatLeadToThemselves() {
        byte[] file = graph("nir_recurrent");
        for (int tree : trees(file)) {
            lead(file, tree, 3, tree);
        }
        String message = refusal(file);
        assertTrue(message.startsWith("x: is no whole HDF5 file"), message);
    }

    private static NirFile written(@Nullable String version, Map<String, Hdf5Item> among) throws IOException {
        Hdf5Item type = text("NIRGraph");
        Hdf5Group node = new Hdf5Group(Map.of(), Map.of("type", text("Input")));
        Hdf5Group nodes = new Hdf5Group(Map.of("a", node), among);
        Hdf5Item edges = new Hdf5Item.Texts(List.of(1, 2), List.of("a", "a"));
        Hdf5Group graph = new Hdf5Group(Map.of("nodes", nodes), Map.of("type", type, "edges", edges));
        Path file = Files.createTempFile("graph", ".nir");
        try {
            Hdf5.write(
                    file,
                    new Hdf5Group(
                            Map.of("node", graph), version == null ? Map.of() : Map.of("version", text(version))));
            return NirFile.read("x", new ByteArrayInputStream(Files.readAllBytes(file)));
        } finally {
            Files.delete(file);
        }
    }

    private static Hdf5Item text(String text) {
        return new Hdf5Item.Texts(List.of(), List.of(text));
    }

    @Test
    void aDataSetAmongTheNodesIsRefused() {
        Exception refused = assertThrows(IOException.class, () -> written("1.0", Map.of("lif", text("LIF"))));
        assertEquals("x: node has the data sets [lif] among its nodes, expected groups", refused.getMessage());
    }

    @Test
    void unknownVersionsAreOdd() throws IOException {
        for (String version : List.of("0.2.0", "1.0", "1.0.8.dev9+g7232ada", "0.11")) {
            assertEquals(List.of(), written(version, Map.of()).warnings(), version);
        }
        for (String version : List.of("1.1", "2.0.0", "1.10.0", "0.1", "10", "", "one", "99999999999.0")) {
            List<String> warnings = written(version, Map.of()).warnings();
            assertEquals(1, warnings.size(), version);
            assertTrue(warnings.getFirst().startsWith("x: names the version '" + version + "', expected"), version);
        }
        assertEquals(
                List.of("x: names no version, expected 0.2 to 1.0"),
                written(null, Map.of()).warnings());
    }
}
