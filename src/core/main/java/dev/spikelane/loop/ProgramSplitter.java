package dev.spikelane.loop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Splits a program into parts that run one after the other on the same tile of neurons, at points that few numbers
 * cross. C2 boxes the vectors of a loop that has 40,000 live nodes during inlining
 * ({@code LiveNodeCountInliningCutoff}). A Hodgkin-Huxley neuron reaches that at 60 operations, and at fewer in a JVM
 * that has used vectors in many ways (Zen 5, 2026-11).
 *
 * <p>Numbers that later parts need are stored in rows of the tile, named {@value #CUT} and a number; conditions are
 * computed again. The last part stores all rows of the program, so that all rows are read before any is stored.
 */
public final class ProgramSplitter {

    public static final String CUT = "cut:";

    public static final int TILE_WORDS = 16;

    public static final int ALIGNMENT = 64;

    private static final int MOST_OPERATIONS = 50;
    /**
     * Approximate limit of the rows that a part reads, and of its stores: HotSpot does not compile methods of 8,000
     * bytes.
     */
    private static final int MOST_ROWS = 40;

    private static final int MOST_STORES = 16;

    private final Program program;
    private final List<Node> order;
    private final Map<Node, Integer> partOf = new HashMap<>();

    private ProgramSplitter(Program program) {
        this.program = program;
        this.order = program.order();
    }

    /** Returns the parts of a program; the program itself if it is short. */
    static List<Program> of(Program program) {
        return program.operations() <= MOST_OPERATIONS ? List.of(program) : new ProgramSplitter(program).cut();
    }

    private List<Program> cut() {
        List<Node> numbers = new ArrayList<>();
        for (Node node : order) {
            if (!node.op().isLeaf() && !node.op().isCondition()) {
                numbers.add(node);
            }
        }
        int[] crossing = crossing(numbers);
        List<List<Node>> parts = new ArrayList<>();
        for (int start = 0, end; start < numbers.size(); start = end) {
            end = end(numbers, start, crossing);
            List<Node> part = new ArrayList<>(numbers.subList(start, end));
            for (Node node : part) {
                partOf.put(node, parts.size());
            }
            parts.add(part);
        }
        if (parts.isEmpty() || program.stores().size() > MOST_STORES) { // a program of conditions only is one part
            parts.add(new ArrayList<>());
        }
        Map<Node, String> names = new HashMap<>();
        List<Set<Node>> stored = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            stored.add(new HashSet<>());
            for (Node needed : neededBy(roots(parts, part))) {
                int from = partOf.getOrDefault(needed, part);
                if (from < part) {
                    names.putIfAbsent(needed, CUT + names.size());
                    stored.get(from).add(needed);
                }
            }
        }
        List<Program> made = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            made.add(part(part, part == parts.size() - 1, stored.get(part), names));
        }
        return made;
    }

    /** Returns for each number how many numbers a cut before it must store. */
    private int[] crossing(List<Node> numbers) {
        Map<Node, Integer> lastUse = new HashMap<>();
        for (int i = 0; i < numbers.size(); i++) {
            for (Node needed : neededBy(List.of(numbers.get(i)))) {
                lastUse.put(needed, i);
            }
        }
        for (Program.Store store : program.stores()) {
            for (Node needed : neededBy(List.of(store.value()))) {
                lastUse.put(needed, numbers.size());
            }
        }
        int[] crossing = new int[numbers.size() + 1];
        for (int i = 0; i < numbers.size(); i++) {
            crossing[i]++;
            crossing[Graph.of(lastUse, numbers.get(i))]--;
        }
        int now = 0;
        for (int i = 0; i < crossing.length; i++) {
            int change = crossing[i];
            crossing[i] = now;
            now += change;
        }
        return crossing;
    }

    /** Returns the end of a part: the point in its second half that the fewest numbers cross. */
    private int end(List<Node> numbers, int start, int[] crossing) {
        Set<Node> rows = new HashSet<>();
        int most = start;
        while (most < numbers.size() && most < start + MOST_OPERATIONS) {
            for (Node needed : neededBy(List.of(numbers.get(most)))) {
                if (needed.isRow() || partOf.containsKey(needed)) {
                    rows.add(needed);
                }
            }
            if (rows.size() > MOST_ROWS && most > start) {
                break;
            }
            most++;
        }
        int end = most;
        for (int i = most; most < numbers.size() && i > (start + most) / 2; i--) {
            end = crossing[i] < crossing[end] ? i : end;
        }
        return end;
    }

    private List<Node> roots(List<List<Node>> parts, int part) {
        List<Node> roots = new ArrayList<>(parts.get(part));
        if (part == parts.size() - 1) {
            for (Program.Store store : program.stores()) {
                roots.add(store.value());
            }
        }
        return roots;
    }

    private static Set<Node> neededBy(List<Node> roots) {
        Set<Node> needed = new HashSet<>();
        List<Node> next = new ArrayList<>(roots);
        for (int i = 0; i < next.size(); i++) {
            for (Node of : next.get(i).of()) {
                if (needed.add(of) && of.op().isCondition()) {
                    next.add(of);
                }
            }
            if (!next.get(i).op().isCondition()) {
                needed.add(next.get(i));
            }
        }
        return needed;
    }

    private Program part(int part, boolean last, Set<Node> stored, Map<Node, String> rows) {
        Graph graph = new Graph();
        Map<Node, Node> made = new HashMap<>();
        Program cut = new Program(program.name(), program.steps());
        if (program.isListed()) {
            cut.listed();
        }
        for (Node node : order) {
            int from = partOf.getOrDefault(node, part);
            if (from < part && rows.containsKey(node)) {
                made.put(node, graph.leaf(Op.PARAMETER, Graph.of(rows, node), 0));
            } else if (from == part && made.keySet().containsAll(node.of())) {
                made.put(node, Program.copy(node, graph, made));
            }
        }
        for (Node node : order) {
            if (stored.contains(node)) {
                cut.store(Op.PARAMETER, Graph.of(rows, node), 0, Graph.of(made, node));
            }
        }
        if (last) {
            for (Program.Store store : program.stores()) {
                cut.store(store.op(), store.name(), store.shift(), Graph.of(made, store.value()));
            }
        }
        return cut;
    }
}
