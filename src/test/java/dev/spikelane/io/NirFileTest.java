package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a file of HDF5 may say of itself to keep a reader busy. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
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
        return String.valueOf(
                assertThrows(IOException.class, () -> NirFile.read("x", new ByteArrayInputStream(file)))
                        .getMessage());
    }

    /** The places of the trees of groups. */
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

    /** Each node leads sixteen times to the one of the next level. */
    @Test
    void treesWhoseNodesAreShared() {
        byte[] file = graph("nir_recurrent");
        List<Integer> trees = trees(file);
        assertTrue(trees.size() > 6, trees::toString);
        for (int i = 1; i < trees.size(); i++) { // the root's tree stands first
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
}
