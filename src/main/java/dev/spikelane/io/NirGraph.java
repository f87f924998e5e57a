package dev.spikelane.io;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A graph of the Neuromorphic Intermediate Representation as a file says it: nodes by name, and edges between them. It
 * need not make sense; {@link dev.spikelane.model} says what graphs mean.
 *
 * @param nodes by name, in the order of the file
 * @param edges each once
 */
public record NirGraph(Map<String, Node> nodes, List<Edge> edges) {

    /**
     * Makes a graph. An edge that is listed twice counts once, as it does for other tools.
     *
     * @throws IllegalArgumentException if an edge names a node that is not there
     */
    public NirGraph {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        edges = edges.stream().distinct().toList();
        for (Edge edge : edges) {
            for (String name : List.of(edge.source(), edge.target())) {
                if (!nodes.containsKey(name)) {
                    throw new IllegalArgumentException(
                            "edge " + edge + " names a node that is not there, expected one of the graph's");
                }
            }
        }
    }

    /**
     * A node: a primitive with its parameters, or a graph of its own.
     *
     * @param type the name of the primitive, such as {@code LIF}
     * @param values parameters that are numbers
     * @param texts parameters that are texts, such as the padding {@code same}
     * @param graph the graph of a node of the type {@code NIRGraph}; of others one without nodes
     */
    public record Node(String type, Map<String, Tensor> values, Map<String, String> texts, NirGraph graph) {

        /** Makes a node. */
        public Node {
            Objects.requireNonNull(type, "type");
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
            texts = Map.copyOf(texts);
            Objects.requireNonNull(graph, "graph");
        }

        /**
         * Makes a primitive whose parameters are numbers.
         *
         * @param type its name
         * @param values its parameters
         * @return a node
         */
        public static Node of(String type, Map<String, Tensor> values) {
            return new Node(type, values, Map.of(), new NirGraph(Map.of(), List.of()));
        }
    }

    /**
     * An edge.
     *
     * @param source the name of the node that it leaves
     * @param target the name of the node that it enters
     */
    public record Edge(String source, String target) {

        /** Makes an edge. */
        public Edge {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(target, "target");
        }

        @Override
        public String toString() {
            return source + " -> " + target;
        }
    }
}
