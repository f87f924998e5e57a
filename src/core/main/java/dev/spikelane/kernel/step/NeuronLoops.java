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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The loops of neurons that a text says, made when they are first needed. Threads share them. */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class NeuronLoops {

    // Names that a user cannot declare.

    /** A variable that says which neuron of a row may fire. */
    public static final String WINNER = "_winner";

    /** A variable that a charge leaves for what resets at once; it stands in the row of spikes. */
    public static final String RESET = "_resets";

    /** A variable that is the spike of the step before. */
    public static final String PREVIOUS = "_previous";

    /**
     * Operations of a step up to which two at once pay: a long step waits for itself (Zen 5, 2026-11). Four at once
     * never pay: 0.14 ns for leaky neurons, and 0.06 with two.
     */
    private static final int MOST_TWICE = 12;

    /** Variables that are kept as bits. */
    private static final Set<String> FLAGS = Set.of(WINNER, RESET, PREVIOUS);

    /** Most steps at once where currents are the same at all steps. */
    private static final int MOST_HELD = 8;

    static final int FORMS = Form.values().length * (MOST_HELD + 1);

    /** A divisor of the steps up from here serves, so that one loop does all. */
    private static final int FEWEST_HELD = 4;

    /** What a loop does. */
    enum Form {
        CHARGE(0),
        RUN(1),
        RECORD(2),
        HOLD(3),
        /** A step behind which its currents are 0. */
        CLEAR(4);

        private final int place;

        Form(int place) {
            this.place = place;
        }
    }

    /** What happens between charge and fire: rounding, or the choice of a winner. */
    public interface Between {
        void run(StepRun run, int firstRow, StepFrames frames);
    }

    private final @Nullable Equations charge;
    private final Equations steps;
    private final @Nullable Between between;
    private final EquationParameters parameters;
    private final int channels;
    private final Set<String> shared;
    private final List<String> variables;
    private final Map<String, Op> rows = new HashMap<>();
    private final Map<String, Op> rowsOfHeld = new HashMap<>();
    private final @Nullable CompiledProgram[] compiled = new CompiledProgram[FORMS];
    private final boolean twice;
    private @Nullable PadTrial trial;
    private boolean padsStay;
    /** The version of the parameters with which that was tried. */
    private volatile int tried;

    /**
     * Takes note of what neurons do.
     *
     * @param charge what comes before {@code between}; null if a step is one loop
     * @param steps a step, or what comes behind
     * @param between what happens between the two; null if nothing does
     * @param channels of neurons with four gates, as {@link GateRows} says; 0 for those with one current at each port
     */
    public NeuronLoops(
            @Nullable Equations charge,
            Equations steps,
            @Nullable Between between,
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
        this.twice = charge == null && steps.noises().isEmpty() && operations() <= MOST_TWICE;
    }

    /** The variables that are kept as numbers, and {@link #RESET} if there is one. */
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

    /** The variables that are kept as numbers, in the order of the state. */
    public List<String> variables() {
        return variables;
    }

    /** The ports. */
    public List<String> inputs() {
        return charge == null ? steps.inputs() : charge.inputs();
    }

    List<String> noises() {
        return charge == null ? steps.noises() : charge.noises();
    }

    /** The row of membranes that are kept. */
    String recorded() {
        return Equations.RECORD + variables.getFirst();
    }

    /** Whether currents that are the same at all steps have loops of their own. */
    public boolean holds() {
        return charge == null && noises().isEmpty() && inputs().size() == 1 && !rows.containsKey(PREVIOUS);
    }

    @Nullable
    Between between() {
        return between;
    }

    boolean charges() {
        return charge != null;
    }

    /** How many of some steps are done at once. */
    int together(int count) {
        return twice && count > 1 ? 2 : 1;
    }

    /** The same where currents are held. */
    int heldTogether(int count) {
        int most = twice ? MOST_HELD : FEWEST_HELD;
        for (int steps = Math.min(count, most); steps >= FEWEST_HELD; steps--) {
            if (count % steps == 0) {
                return steps;
            }
        }
        return count < most ? 1 : most;
    }

    /** The place of a loop. */
    @SuppressWarnings("EnumOrdinal") // an index into an array of this class alone
    static int place(Form form, int count) {
        return form.place * (MOST_HELD + 1) + count;
    }

    int neurons() {
        return parameters.neurons();
    }

    /** Whether neurons behind the last stay 0 and silent by themselves, without input. */
    boolean padsStay() {
        if (charge != null || neurons() % Long.SIZE == 0) {
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

    /** Inputs of each port. */
    int gates() {
        return channels == 0 ? 1 : GateRows.GATES;
    }

    /** Whether rows of gates have to be made before each step. */
    boolean takesGates() {
        return channels > 0 && !GateRows.inPlace(neurons(), channels);
    }

    /** Room for the gates of a sample. */
    GateRows newGates() {
        return new GateRows(neurons(), channels, 1);
    }

    /** A loop of some steps at once, made when it is first needed. */
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

    /** Where a program finds the parameters. */
    public Frame frame(CompiledProgram of) {
        Frame made = new Frame(of.program(), neurons());
        parameters.put(made);
        return made;
    }
}
