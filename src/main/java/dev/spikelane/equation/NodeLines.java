package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Lowering;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Program;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Which line of a text makes a node, for errors of texts that make too many. */
final class NodeLines {

    /** First words of lines, by the number of the first node that a line makes. */
    private final NavigableMap<Integer, Token> lines = new TreeMap<>();

    /** A line begins; the next node has a number. */
    void begin(Token line, int node) {
        lines.put(lines.isEmpty() ? 0 : node, line);
    }

    /** The error of a text that is too long at the line in which it is read. */
    IllegalArgumentException error(Graph.TooLargeException large) {
        return error(large, Integer.MAX_VALUE);
    }

    private IllegalArgumentException error(Graph.TooLargeException large, int node) {
        return Graph.of(lines, lines.floorKey(node)).error(String.valueOf(large.getMessage()));
    }

    /** Functions become many operations in loops: refuses the line with which they are too many. */
    void requireShort(Equations equations) {
        Graph lowered = new Lowering();
        Map<Node, Node> made = new HashMap<>();
        for (Node node : equations.order()) {
            try {
                made.put(node, Program.copy(node, lowered, made));
            } catch (Graph.TooLargeException large) {
                throw error(large, node.id());
            }
        }
    }
}
