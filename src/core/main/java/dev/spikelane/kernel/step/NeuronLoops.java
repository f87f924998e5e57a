package dev.spikelane.kernel.step;

import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.Equations;
import dev.spikelane.equation.PadTrial;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Lowering;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Pads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs the compiled loops of a neuron's text, compiled on first use and shared by threads:
 *
 * <pre>{@code
 * for each step of the rows:
 *     charge(currents, state); atSpike(state)       only with inhibition or rounding, one step a call
 *     fire(currents, state) -> spikes               many steps a call without them
 * }</pre>
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class NeuronLoops {

    // Names that a user cannot declare.

    /** A flag: this neuron of a row may fire. */
    public static final String WINNER = "_winner";

    /** A flag from the charge for an immediate reset; kept in the row of spikes. */
    public static final String RESET = "_resets";

    /** A flag: the neuron's spike of the previous step. */
    public static final String PREVIOUS = "_previous";

    /**
     * Most operations of a step for which a loop of two steps is faster; a longer step's own chain of operations bounds
     * it (Zen 5, 2026-11). Four steps are never faster: 0.14 ns for leaky neurons, 0.06 ns with two.
     */
    private static final int MOST_TWICE = 12;

    /** Variables kept as bits. */
    private static final Set<String> FLAGS = Set.of(WINNER, RESET, PREVIOUS);

    /** Most steps at once with held currents. */
    private static final int MOST_HELD = 8;

    static final int FORMS = Form.values().length * (MOST_HELD + 1);

    /** From here, a divisor of the steps is preferred, so that one loop runs all steps. */
    private static final int FEWEST_HELD = 4;

    enum Form {
        CHARGE(0),
        RUN(1),
        RECORD(2),
        HOLD(3),
        /** A step that leaves zeros in its currents. */
        CLEAR(4);

        private final int place;

        Form(int place) {
            this.place = place;
        }
    }

    private final @Nullable Equations charge;
    private final Equations steps;
    private final NeuronText.@Nullable AtSpike between;
    private final EquationParameters parameters;
    private final int channels;
    private final Set<String> shared;
    private final List<String> variables;
    private final Map<String, Op> rows = new HashMap<>();
    private final Map<String, Op> rowsOfHeld = new HashMap<>();
    private final @Nullable CompiledProgram[] compiled = new CompiledProgram[FORMS];
    private final boolean twice;
    private final List<String> ports;
    private final boolean wins;
    private final boolean feedsSpikes;

    private @Nullable PadTrial trial;
    private boolean padsStay;
    /** The parameters' version at the last {@link PadTrial}. */
    private volatile int tried;

    /**
     * Creates the loops of neurons; each is compiled on first use.
     *
     * @param charge the part of a step before {@code between}; null if there is none
     * @param steps a step, or its part after {@code between}
     * @param between the change of variables between both parts; null if there is none
     * @param channels neurons of a position with four gates, see {@link GateRows}; 0 for neurons with one current at
     *     each port
     */
    public NeuronLoops(
            @Nullable Equations charge,
            Equations steps,
            NeuronText.@Nullable AtSpike between,
            EquationParameters parameters,
            int channels) {
        this.charge = charge;
        this.steps = steps;
        this.between = between;
        this.parameters = parameters;
        this.channels = channels;
        this.shared = parameters.shared();
        List<String> numbers = numbers(steps);
        numbers.remove(RESET);
        this.variables = List.copyOf(numbers);
        for (String name : FLAGS) {
            if (steps.variables().containsKey(name)) {
                rows.put(name, Op.FLAG);
            }
        }
        rowsOfHeld.putAll(rows);
        steps.inputs().forEach(name -> rowsOfHeld.put(name, Op.STATE));
        this.ports = portNames();
        this.wins = rows.containsKey(WINNER);
        this.feedsSpikes = rows.containsKey(PREVIOUS);
        this.twice = between == null && steps.noises().isEmpty() && operations() <= MOST_TWICE;
    }

    /** Returns the variables kept as numbers, and {@link #RESET} if there is one. */
    public static List<String> numbers(Equations of) {
        List<String> numbers = new ArrayList<>();
        for (String name : of.variables().keySet()) {
            if (name.equals(RESET) || !FLAGS.contains(name)) {
                numbers.add(name);
            }
        }
        return numbers;
    }

    private int operations() {
        return steps.forward(1, List.of(), rows, new Lowering()).operations();
    }

    /** Returns the variables kept as numbers, in the order of the state. */
    public List<String> variables() {
        return variables;
    }

    /** Returns the inputs, four for each port of neurons with gates. */
    public List<String> inputs() {
        return charge == null ? steps.inputs() : charge.inputs();
    }

    List<String> noises() {
        return charge == null ? steps.noises() : charge.noises();
    }

    /** Returns the name of the recorded membranes' row. */
    String recorded() {
        return Equations.RECORD + variables.getFirst();
    }

    /** Returns true if there are separate loops for currents that are equal at all steps. */
    public boolean holds() {
        return between == null && noises().isEmpty() && inputs().size() == 1 && !feedsSpikes;
    }

    private List<String> portNames() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < inputs().size(); i += gates()) {
            String name = inputs().get(i);
            names.add(channels == 0 ? name : name.substring(0, name.length() - 1)); // without the number of the gate
        }
        return names;
    }

    /**
     * Runs whole steps of some rows, for the run's words of 64 neurons. Threads that share the work take disjoint
     * words, or whole rows if neurons are coupled.
     *
     * @param run a run that {@link #check} accepts for these rows, or for more of them
     * @param firstRow the first row of a step
     * @param rows number of rows, whole steps
     */
    public void run(NeuronRun<?> run, int firstRow, int rows) {
        StepFrames frames = run.frames(this);
        int batch = run.state.rows() / variables.size();
        NeuronText.AtSpike own = between;
        boolean takesGates = takesGates();
        int turn = own == null && !takesGates ? rows : batch;
        for (int row = firstRow; row < firstRow + rows; row += turn) {
            if (takesGates) {
                frames.takeGates(run, row, batch);
            }
            if (charge != null) {
                StepFrames.Placed charging = frames.place(Form.CHARGE, 1, run, row, batch);
                charging.loop.run(charging.frame, row, 1, batch);
            }
            if (own != null) {
                SpikeMatrix winners = wins ? frames.winners(batch) : run.spikes;
                own.run(run.state, batch, run.firstWord * Long.SIZE, run.endWord * Long.SIZE, winners);
            }
            // Called directly: each call between costs time in short steps.
            Form form = run.held ? Form.HOLD : run.records ? Form.RECORD : run.clears ? Form.CLEAR : Form.RUN;
            int steps = turn / batch;
            StepFrames.Placed most =
                    frames.place(form, run.held ? heldTogether(steps) : together(steps), run, row, batch);
            int group = most.together * batch;
            int done = turn - turn % group;
            most.loop.run(most.frame, row, done / group, group);
            if (done < turn) {
                StepFrames.Placed rest = frames.place(form, 1, run, row + done, batch);
                rest.loop.run(rest.frame, row + done, (turn - done) / batch, batch);
            }
        }
        clearPads(run, firstRow, rows, batch);
    }

    /** Clears the padding that loops have written. */
    private void clearPads(NeuronRun<?> run, int firstRow, int rows, int batch) {
        if (run.endWord < run.spikes.stride() || padsStay()) {
            return;
        }
        for (int row = 0; row < run.state.rows(); row++) {
            Pads.clear(run.state, row);
        }
        for (int sample = 0; feedsSpikes && sample < batch; sample++) {
            Pads.clear(run.previous, sample);
        }
        for (int row = firstRow; row < firstRow + rows; row++) {
            Pads.clear(run.spikes, row);
            if (run.records) {
                Pads.clear(run.membranes, row);
            }
        }
    }

    /**
     * Checks the rows of a run.
     *
     * @param run the run's matrices
     * @param firstRow the first row of a step
     * @param rows number of rows, whole steps
     * @throws IllegalArgumentException if a shape or range does not fit, or matrices share memory that must not
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void check(NeuronRun<?> run, int firstRow, int rows) {
        FloatMatrix current = run.current();
        FloatMatrix state = run.state;
        SpikeMatrix spikes = run.spikes;
        int first = run.held ? 0 : firstRow;
        int count = run.held ? state.rows() / variables.size() : rows;
        if (firstRow < 0 || rows < 1) {
            Checks.rows("current", current.rows(), Math.min(firstRow, rows));
        }
        Checks.rows("current", current.rows(), first + count);
        Checks.rows("spikes", spikes.rows(), firstRow + rows);
        if (state.rows() % variables.size() != 0) {
            throw new IllegalArgumentException("state has " + state.rows() + " rows, expected a multiple of the "
                    + variables.size() + " variables");
        }
        int batch = state.rows() / variables.size();
        Checks.wholeSteps(rows, batch);
        if (firstRow % batch != 0) {
            throw new IllegalArgumentException(
                    "firstRow is " + firstRow + ", expected a multiple of the batch, " + batch);
        }
        state.requireShape(variables.size() == 1 ? "membrane" : "state", state.rows(), neurons());
        spikes.requireShape("spikes", spikes.rows(), neurons());
        parameters.requireAccessible();
        Checks.range("word of spikes", run.firstWord, run.endWord, spikes.stride());
        if ((wins || channels > 0) && run.endWord - run.firstWord != spikes.stride()) {
            throw new IllegalArgumentException(
                    "neurons with inhibition are updated whole rows at a time, asked for words [" + run.firstWord + ", "
                            + run.endWord + ") of [0, " + spikes.stride() + ")");
        }
        run.ports[0].require("current", first + count, currents());
        Checks.apart("state", state, "current", current);
        checkOthers(run, firstRow + rows);
    }

    private void checkOthers(NeuronRun<?> run, int rows) {
        FloatMatrix current = run.current();
        for (int i = 1; i < ports.size(); i++) {
            FloatMatrix entering = run.port(i).matrix();
            Checks.apart("state", run.state, ports.get(i), entering);
            run.port(i).require(ports.get(i), rows - run.firstRow(i), currents());
            if (run.records) {
                Checks.apart("membranes", run.membranes, ports.get(i), entering);
            }
        }
        if (feedsSpikes) {
            Checks.apart("spikes", run.spikes, "previous", run.previous);
            run.previous.requireShape("previous", run.state.rows() / variables.size(), neurons());
        }
        if (run.records) {
            Checks.rows("membranes", run.membranes.rows(), rows);
            run.membranes.requireShape("membranes", run.membranes.rows(), neurons());
            Checks.sameOrApart("membranes", run.membranes, "current", current);
            Checks.apart("membranes", run.membranes, "state", run.state);
        }
    }

    /** Returns the currents of a row at each port. */
    public int currents() {
        return gates() * neurons();
    }

    /** Returns the number of steps of one loop. */
    int together(int count) {
        return twice && count > 1 ? 2 : 1;
    }

    /** Returns the number of steps of one loop with held currents. */
    int heldTogether(int count) {
        int most = twice ? MOST_HELD : FEWEST_HELD;
        for (int steps = Math.min(count, most); steps >= FEWEST_HELD; steps--) {
            if (count % steps == 0) {
                return steps;
            }
        }
        return count < most ? 1 : most;
    }

    /** Returns the index of a loop. */
    @SuppressWarnings("EnumOrdinal") // an index into an array of this class alone
    static int place(Form form, int count) {
        return form.place * (MOST_HELD + 1) + count;
    }

    public int neurons() {
        return parameters.neurons();
    }

    /** Returns true if padding without input stays 0 and silent by itself. */
    boolean padsStay() {
        if (between != null || neurons() % Long.SIZE == 0) {
            return neurons() % Long.SIZE == 0;
        }
        if (tried != parameters.version()) {
            tryPads();
        }
        return padsStay;
    }

    private synchronized void tryPads() {
        PadTrial own = trial;
        if (own == null) {
            own = new PadTrial(program(Form.RUN, 1).apply(new Graph()), parameters);
            trial = own;
        }
        padsStay = own.stay();
        tried = parameters.version();
    }

    /** Returns the inputs of each port. */
    int gates() {
        return channels == 0 ? 1 : GateRows.GATES;
    }

    /** Returns true if gates must be copied before each step. */
    private boolean takesGates() {
        return channels > 0 && !GateRows.inPlace(neurons(), channels);
    }

    GateRows newGates(int batch) {
        return new GateRows(neurons(), channels, batch);
    }

    /** Returns a loop of {@code count} steps at once. */
    synchronized CompiledProgram compiled(Form form, int count) {
        CompiledProgram made = compiled[place(form, count)];
        if (made == null) {
            made = EquationLoops.compile(program(form, count), shared);
            compiled[place(form, count)] = made;
        }
        return made;
    }

    private Function<Graph, Program> program(Form form, int count) {
        Equations first = charge;
        List<String> kept = form == Form.RECORD ? variables.subList(0, 1) : List.of();
        if (form == Form.CHARGE && first != null) {
            return graph -> first.charge(rows.keySet(), graph);
        }
        return graph -> {
            Program made = steps.forward(count, kept, form == Form.HOLD ? rowsOfHeld : rows, graph);
            for (String input : form == Form.CLEAR ? steps.inputs() : List.<String>of()) {
                made.store(Op.STEP, input, 0, graph.constant(0));
            }
            return made;
        };
    }

    /** Creates a frame with the parameters. */
    Frame frame(CompiledProgram of) {
        Frame made = new Frame(of.program(), neurons());
        parameters.put(made);
        return made;
    }
}
