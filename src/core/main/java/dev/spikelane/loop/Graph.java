package dev.spikelane.loop;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes nodes, equal ones once. This one makes them as written; {@link Lowering} has cheaper forms of the same bits.
 *
 * <p>Nothing here or in what walks a graph calls itself: a text may nest and chain as deep as its length allows.
 */
public class Graph {

    /** Nodes of the largest graph; the time to compile it is bounded. */
    public static final int MOST_NODES = 20_000;

    /** A text that asks for more nodes than there may be. */
    public static final class TooLargeException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        private TooLargeException() {
            super("more than " + MOST_NODES + " operations with those of functions, expected at most so many");
        }
    }

    /** Compared by hand: what the JDK makes for records takes 10 ms once, a sixth of the time to a first step. */
    private record Key(Op op, long bits, String name, int shift, List<Node> of) {

        @Override
        public int hashCode() {
            return ((op.hashCode() * 31 + Long.hashCode(bits)) * 31 + name.hashCode()) * 31 + shift + of.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && op == key.op
                    && bits == key.bits
                    && shift == key.shift
                    && name.equals(key.name)
                    && of.equals(key.of);
        }
    }

    private final Map<Key, Node> known = new HashMap<>();

    /** How many nodes there are; the next one gets this number. */
    public final int size() {
        return known.size();
    }

    /** A number. */
    public final Node constant(double value) {
        return make(Op.CONSTANT, value, "", 0, List.of());
    }

    /** A parameter, a variable before the step, or the row of a step. */
    public final Node leaf(Op op, String name, int shift) {
        return make(op, 0, name, shift, List.of());
    }

    /** An operation. */
    public Node of(Op op, Node... of) {
        return make(op, 0, "", 0, List.of(of));
    }

    /** A condition as a number: 1 or 0, without a gradient. */
    public final Node number(Node of) {
        return of.op().isCondition() ? of(Op.SELECT, of, constant(1), constant(0)) : of;
    }

    public final Node make(Op op, double value, String name, int shift, List<Node> of) {
        Key key = new Key(op, Double.doubleToRawLongBits(value), name, shift, of);
        Node made = known.get(key);
        if (made == null) {
            if (size() == MOST_NODES) {
                throw new TooLargeException();
            }
            made = new Node(size(), op, value, name, shift, of, ofParameters(op, of));
            known.put(key, made);
        }
        return made;
    }

    /** What some nodes of one graph need, and they, in the order of computation. */
    public static List<Node> order(Collection<Node> roots) {
        List<Node> found = new ArrayList<>();
        BitSet seen = new BitSet();
        for (Node root : roots) {
            visit(root, seen, found);
        }
        for (int i = 0; i < found.size(); i++) {
            for (Node each : found.get(i).of()) {
                visit(each, seen, found);
            }
        }
        found.sort(null);
        return found;
    }

    private static void visit(Node node, BitSet seen, List<Node> found) {
        if (!seen.get(node.id())) {
            seen.set(node.id());
            found.add(node);
        }
    }

    /** The places of nodes in an order of computation. */
    public static int[] places(List<Node> order, List<Node> of) {
        int[] places = new int[of.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = Collections.binarySearch(order, of.get(i));
        }
        return places;
    }

    /** For each node of an order of computation, the places of those that it takes. */
    public static int[][] arguments(List<Node> order) {
        int[][] arguments = new int[order.size()][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = places(order, order.get(i).of());
        }
        return arguments;
    }

    /** What a map has for a key that it has for sure. */
    public static <V> V of(Map<?, V> map, Object key) {
        V value = map.get(key);
        if (value == null) {
            throw new IllegalStateException("there is no " + key);
        }
        return value;
    }

    private static boolean ofParameters(Op op, List<Node> of) {
        for (Node each : of) {
            if (!each.ofParameters()) {
                return false;
            }
        }
        return op != Op.STATE && op != Op.STEP && op != Op.FLAG;
    }
}
