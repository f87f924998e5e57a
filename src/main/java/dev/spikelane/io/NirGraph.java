package dev.spikelane.io;

import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
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

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Makes a graph. An edge that is listed twice counts once, as it does for other tools.
     *
     * @throws IllegalArgumentException if an edge names a node that is not there
     */
    public NirGraph {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(Objects.requireNonNull(nodes, "nodes")));
        edges = edges.stream().distinct().toList();
        for (Edge edge : edges) {
            for (String name : List.of(edge.source(), edge.target())) {
                if (!nodes.containsKey(name)) {
                    throw new IllegalArgumentException("edge " + FileText.shown(edge)
                            + " names a node that is not there, expected one of the graph's");
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

        /**
         * Returns the numbers of a parameter in float64.
         *
         * @param name one of those of {@link #values}
         * @return items in C order
         * @throws IllegalArgumentException if there is no such parameter
         */
        public double[] numbers(String name) {
            Tensor tensor = values.get(name);
            if (tensor == null) {
                throw new IllegalArgumentException("there is no " + JsonValue.quoted(name) + ", expected one of "
                        + FileText.shown(values.keySet()));
            }
            double[] numbers = new double[Math.toIntExact(tensor.count())];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = switch (tensor.type()) {
                    case F64 -> tensor.bytes().get(TensorItems.DOUBLE, (long) i * Double.BYTES);
                    case I64 -> tensor.bytes().get(LONG, (long) i * Long.BYTES);
                    case U64 -> unsigned(tensor.bytes().get(LONG, (long) i * Long.BYTES));
                    case I32 -> tensor.bytes().get(INT, (long) i * Integer.BYTES);
                    case U32 -> Integer.toUnsignedLong(tensor.bytes().get(INT, (long) i * Integer.BYTES));
                    default -> TensorItems.widened(tensor, i);
                };
            }
            return numbers;
        }

        /** The lowest bit of a number that is halved counts for rounding. */
        private static double unsigned(long value) {
            return value >= 0 ? value : 2.0 * (value >>> 1 | value & 1);
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
