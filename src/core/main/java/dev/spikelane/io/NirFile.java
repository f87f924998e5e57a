package dev.spikelane.io;

import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.io.file.LittleEndian;
import dev.spikelane.io.hdf5.Hdf5;
import dev.spikelane.io.hdf5.Hdf5Group;
import dev.spikelane.io.hdf5.Hdf5Item;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes graphs of the Neuromorphic Intermediate Representation, {@code .nir}: HDF5 files of versions 0.2 to
 * 1.0 of the Python package, which can read the files written here. It needs the library jHDF,
 * {@code io.jhdf:jhdf:0.13.0}, at run time.
 *
 * <p>A file is read whole before it is interpreted. Links are refused, and metadata are ignored. A chunk is refused as
 * soon as it inflates to too many bytes.
 */
public final class NirFile {

    private static final String TYPE = "type";
    private static final String GRAPH = "NIRGraph";
    private static final String NODES = "nodes";
    private static final String EDGES = "edges";
    private static final String VERSION = "1.0.0";
    /** Combines the parts of a version into one number. */
    private static final int PART = 100_000;

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(\\D.*)?");
    private static final int MOST_DEPTH = 16;
    /** Some JVMs refuse the largest array. */
    private static final int MOST_BYTES_IN_ARRAY = Integer.MAX_VALUE - Long.BYTES;

    private static final Set<String> PASSED_OVER = Set.of("metadata", "input_type", "output_type");

    private final Graph graph;
    private final Optional<String> version;
    private final List<String> warnings;

    private NirFile(Graph graph, Optional<String> version, List<String> warnings) {
        this.graph = graph;
        this.version = version;
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file with at most 512 MiB of memory.
     *
     * @param file the file
     * @return its graph and warnings
     * @throws IOException if the file cannot be read, jHDF is missing, or the file is not a whole graph of NIR; the
     *     message starts with the file's name
     */
    public static NirFile read(Path file) throws IOException {
        return read(file, Inputs.MOST_BYTES);
    }

    /**
     * Reads a file.
     *
     * @param file the file
     * @param mostBytes the limit of the bytes of the file and its arrays
     * @return its graph and warnings
     * @throws IOException as {@link #read(Path)} does, or if the file needs more memory
     */
    public static NirFile read(Path file, long mostBytes) throws IOException {
        Inputs.requireFile(file);
        return FileText.reading(file.toString(), () -> {
            try (InputStream stream = Files.newInputStream(file)) {
                return read(file.toString(), stream, mostBytes);
            }
        });
    }

    /**
     * Reads a stream to its end; it stays open.
     *
     * @param name the name of the stream in messages
     * @param stream the bytes of a file
     * @return its graph and warnings
     * @throws IOException as {@link #read(Path)} does
     */
    public static NirFile read(String name, InputStream stream) throws IOException {
        return read(Objects.requireNonNull(name, "name"), stream, Inputs.MOST_BYTES);
    }

    private static NirFile read(String name, InputStream stream, long mostBytes) throws IOException {
        byte[] bytes = stream.readNBytes(Math.clamp(mostBytes, 0, MOST_BYTES_IN_ARRAY));
        if (stream.read() >= 0) {
            throw new IOException(name + ": has more than " + bytes.length + " bytes, the limit mostBytes");
        }
        Hdf5Group root = Hdf5.read(name, bytes, mostBytes - bytes.length);
        try {
            return read(name, root);
        } catch (IOException | IllegalArgumentException refused) {
            throw new IOException(FileText.escaped(name + ": " + refused.getMessage()), refused);
        } catch (OutOfMemoryError refused) {
            throw new IOException(name + ": needs more memory for its numbers than there is", refused);
        }
    }

    private static NirFile read(String name, Hdf5Group root) throws IOException {
        List<String> warnings = new ArrayList<>();
        Optional<String> version = Optional.empty();
        switch (root.items().get("version")) {
            case Hdf5Item.Texts texts
            when texts.shape().isEmpty() -> version = Optional.of(texts.texts().getFirst());
            case null -> warnings.add(name + ": names no version, expected 0.2 to 1.0");
            default -> warnings.add(name + ": its version is no text");
        }
        version.filter(NirFile::isUnknown)
                .ifPresent(each -> warnings.add(name + ": names the version '" + each
                        + "', expected 0.2 to 1.0, so it may mean something else"));
        Hdf5Group group = root.groups().get("node");
        if (group == null || !GRAPH.equals(type("node", group))) {
            throw new IOException("has no group 'node' of the type NIRGraph, expected a graph of NIR; of other HDF5"
                    + " files write the arrays in Python with safetensors.numpy.save_file or numpy.save");
        }
        Graph graph = graph("node", group, 0);
        graph.nodes()
                .forEach((key, node) -> node.values().keySet().forEach(each -> {
                    for (double number : node.numbers(each)) {
                        if (!Double.isFinite(number)) {
                            warnings.add(name + ": node '" + key + "' has " + number + " in '" + each + "'");
                            return;
                        }
                    }
                }));
        return new NirFile(graph, version, warnings);
    }

    private static boolean isUnknown(String version) {
        Matcher numbers = NUMBERS.matcher(version);
        if (!numbers.matches()) {
            return true;
        }
        int number = Integer.parseInt(numbers.group(1)) * PART + Integer.parseInt(numbers.group(2));
        return number < 2 || number > PART;
    }

    private static Graph graph(String path, Hdf5Group group, int depth) throws IOException {
        Hdf5Group inside = group.groups().get(NODES);
        if (inside == null || depth > MOST_DEPTH) {
            throw new IOException(path + (inside == null ? " has no group 'nodes'" : " is a graph too deep in others"));
        }
        if (!inside.items().isEmpty()) {
            throw new IOException(
                    path + " has the data sets " + inside.items().keySet() + " among its nodes, expected groups");
        }
        Map<String, Graph.Node> nodes = new LinkedHashMap<>();
        for (Map.Entry<String, Hdf5Group> each : inside.groups().entrySet()) {
            nodes.put(each.getKey(), node("node '" + each.getKey() + "'", each.getValue(), depth + 1));
        }
        return new Graph(nodes, edges(path, group.items().get(EDGES)));
    }

    private static List<Graph.Edge> edges(String path, @Nullable Hdf5Item item) throws IOException {
        List<Graph.Edge> edges = new ArrayList<>();
        switch (item) {
            case Hdf5Item.Texts texts
            when texts.shape().size() == 2 && texts.shape().getLast() == 2 -> {
                for (int i = 0; i < texts.texts().size(); i += 2) {
                    edges.add(new Graph.Edge(texts.texts().get(i), texts.texts().get(i + 1)));
                }
            }
            case Hdf5Item.Numbers numbers when numbers.bytes().length == 0 -> {}
            case null, default -> throw new IOException(path + " has edges that are no pairs of names");
        }
        return edges;
    }

    private static Graph.Node node(String path, Hdf5Group group, int depth) throws IOException {
        String type = type(path, group);
        Map<String, Tensor> values = new LinkedHashMap<>();
        Map<String, String> texts = new LinkedHashMap<>();
        boolean graph = type.equals(GRAPH);
        for (Map.Entry<String, Hdf5Item> each : group.items().entrySet()) {
            String name = each.getKey();
            if (name.equals(TYPE) || graph) {
                continue;
            }
            switch (each.getValue()) {
                case Hdf5Item.Numbers numbers -> values.put(name, tensor(name, numbers));
                case Hdf5Item.Texts found
                when found.shape().isEmpty() -> texts.put(name, found.texts().getFirst());
                case Hdf5Item.Texts _ -> throw new IOException(path + ": '" + name + "' is a list of texts");
                case Hdf5Item.Unread unread -> throw new IOException(path + ": '" + name + "' " + unread.reason());
            }
        }
        for (String name : group.groups().keySet()) {
            if (!PASSED_OVER.contains(name) && !(graph && name.equals(NODES))) {
                throw new IOException(path + " of the type " + type + " has a group '" + name + "', expected arrays");
            }
        }
        return new Graph.Node(type, values, texts, graph ? graph(path, group, depth) : new Graph(Map.of(), List.of()));
    }

    private static String type(String path, Hdf5Group group) throws IOException {
        if (group.items().get(TYPE) instanceof Hdf5Item.Texts texts
                && texts.shape().isEmpty()) {
            return texts.texts().getFirst();
        }
        throw new IOException(path + " has no type, expected the name of a primitive");
    }

    private static Tensor tensor(String name, Hdf5Item.Numbers numbers) {
        return Tensor.of(
                name, Tensor.Type.valueOf(numbers.type()), numbers.shape(), MemorySegment.ofArray(numbers.bytes()));
    }

    /**
     * Writes a graph. A complete file replaces an older one.
     *
     * @param file the target
     * @param graph a graph whose arrays have 32 or 64 bits
     * @throws IOException if it cannot be written, or jHDF is missing
     */
    public static void write(Path file, Graph graph) throws IOException {
        AtomicFile.requireWritable(file);
        Hdf5Group root = new Hdf5Group(Map.of("node", group(graph)), Map.of("version", text(VERSION)));
        // jHDF writes only to paths.
        Path temporary = Files.createTempFile("spikelane-", ".nir");
        try {
            Hdf5.write(temporary, root);
            AtomicFile.write(file, Files.readAllBytes(temporary));
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static Hdf5Group group(Graph graph) {
        Map<String, Hdf5Group> nodes = new LinkedHashMap<>();
        graph.nodes().forEach((name, node) -> {
            if (node.type().equals(GRAPH)) {
                nodes.put(name, group(node.graph()));
                return;
            }
            Map<String, Hdf5Item> items = new LinkedHashMap<>();
            items.put(TYPE, text(node.type()));
            node.texts().forEach((key, value) -> items.put(key, text(value)));
            node.values().forEach((key, value) -> items.put(key, numbers(value)));
            nodes.put(name, new Hdf5Group(Map.of("metadata", new Hdf5Group(Map.of(), Map.of())), items));
        });
        List<String> edges = new ArrayList<>();
        graph.edges().forEach(edge -> edges.addAll(List.of(edge.source(), edge.target())));
        Map<String, Hdf5Item> items = new LinkedHashMap<>();
        items.put(TYPE, text(GRAPH));
        items.put(EDGES, new Hdf5Item.Texts(List.of(edges.size() / 2, 2), edges));
        return new Hdf5Group(
                Map.of(NODES, new Hdf5Group(nodes, Map.of()), "metadata", new Hdf5Group(Map.of(), Map.of())), items);
    }

    private static Hdf5Item text(String text) {
        return new Hdf5Item.Texts(List.of(), List.of(text));
    }

    private static Hdf5Item numbers(Tensor tensor) {
        return new Hdf5Item.Numbers(
                tensor.type().name(), tensor.shape(), tensor.bytes().toArray(ValueLayout.JAVA_BYTE));
    }

    /**
     * Returns the graph of the file.
     *
     * @return the graph
     */
    public Graph graph() {
        return graph;
    }

    /**
     * Returns the version of the format.
     *
     * @return the version in the file; empty if there is none
     */
    public Optional<String> version() {
        return version;
    }

    /**
     * Returns warnings about the file.
     *
     * @return sentences that start with the file's name; none for most files
     */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * A graph as in the file, which {@link dev.spikelane.model} interprets: nodes by name, and edges.
     *
     * @param nodes by name, in the order of the file
     * @param edges each once
     */
    public record Graph(Map<String, Node> nodes, List<Edge> edges) {

        /**
         * Makes a graph; repeated edges count once, as for other tools.
         *
         * @throws IllegalArgumentException if an edge names a missing node
         */
        public Graph {
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
         * A node: a primitive with its parameters, or a graph.
         *
         * @param type the name of the primitive, such as {@code LIF}
         * @param values parameters that are numbers
         * @param texts parameters that are texts, such as the padding {@code same}
         * @param graph the graph of a {@code NIRGraph}; otherwise empty
         */
        public record Node(String type, Map<String, Tensor> values, Map<String, String> texts, Graph graph) {

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
                return new Node(type, values, Map.of(), new Graph(Map.of(), List.of()));
            }

            /**
             * Returns the numbers of a parameter in float64.
             *
             * @param name a name in {@link #values}
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
                        case F64 -> tensor.bytes().get(LittleEndian.DOUBLE, (long) i * Double.BYTES);
                        case I64 -> tensor.bytes().get(LittleEndian.LONG, (long) i * Long.BYTES);
                        case U64 -> unsigned(tensor.bytes().get(LittleEndian.LONG, (long) i * Long.BYTES));
                        case I32 -> tensor.bytes().get(LittleEndian.INT, (long) i * Integer.BYTES);
                        case U32 ->
                            Integer.toUnsignedLong(tensor.bytes().get(LittleEndian.INT, (long) i * Integer.BYTES));
                        default -> TensorItems.widened(tensor, i);
                    };
                }
                return numbers;
            }

            /** Halving keeps the lowest bit, because it matters for rounding. */
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

    @Override
    public String toString() {
        return "NirFile of " + graph.nodes().size() + " nodes and "
                + graph.edges().size() + " edges";
    }
}
