package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.DenseOperator;
import dev.spikelane.description.Delays;
import dev.spikelane.engine.BackwardNeeds;
import dev.spikelane.engine.BoundPopulation;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.kernel.step.DelayLine;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.Arena;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for the gradients of a network.
 *
 * @param learned names of values
 * @param given sources whose gradients the caller writes
 * @param kept variables whose values are kept
 * @param observed sources whose gradients are kept
 * @param surrogates of populations, by their names
 * @param otherwise the surrogate of the others
 * @param dropouts the dropouts by the names of their projections
 * @param seed of surrogates that draw, and of dropouts
 * @param form the form of the inputs
 * @param use of the gradients, of which some need less memory
 * @param used how many steps of the window are run
 * @param online how gradients are carried from window to window; null where windows have gradients of their own
 */
public record GradientRequest(
        Network network,
        LaidOutNetwork layout,
        RunSize size,
        Arena arena,
        Set<String> learned,
        Set<String> given,
        Set<String> kept,
        Set<String> observed,
        Map<String, FiringGradient> surrogates,
        FiringGradient otherwise,
        Map<String, Dropout> dropouts,
        long seed,
        InputForm form,
        Use use,
        Used used,
        @Nullable Online online) {

    /** How many steps of a window are run: fewer than it has where all samples end before. */
    public static final class Used {
        private int steps;

        public Used(int steps) {
            this.steps = steps;
        }

        void set(int some) {
            steps = some;
        }
    }

    /** The steps of the window that are run. */
    int steps() {
        return used.steps;
    }

    /** Where the gradients of spikes come from in online learning. */
    public enum Feedback {
        /** The weights to readouts, transposed. */
        SYMMETRIC,
        /** Weights that are drawn once. */
        RANDOM,
        /** Weights that are drawn, and learn as those to readouts do. */
        ADAPTIVE,
        /** All projections, in the same step alone. */
        SPATIAL
    }

    /**
     * Gradients that go forward with eligibility traces.
     *
     * @param steps of all windows
     * @param target spikes of a neuron in a step
     * @param strength of the squared distance from the target; 0 for none
     * @param readouts populations whose membranes losses read
     * @param drawn feedback that is drawn
     */
    public record Online(
            Feedback feedback, int steps, double target, double strength, Set<String> readouts, List<Drawn> drawn) {}

    /**
     * Weights of feedback that are drawn.
     *
     * @param source the population whose spikes get gradients
     * @param readout the population from which these come
     */
    public record Drawn(String source, String readout, DenseOperator weights) {

        static final String FEEDBACK = ".feedback.";

        String name() {
            return source + FEEDBACK + readout;
        }
    }

    /** The uses of gradients, of which some need less memory. */
    public enum Use {
        /** Nothing is left out. */
        ANY,
        /**
         * Kept values are read before the way back only, inputs stay until its end, and nobody asks for gradients of
         * states.
         */
        TRAINING,
        /** The same, and each window starts from a state of zeros and leaves none. */
        WINDOWS_FROM_ZERO
    }

    public Population population(int number) {
        return network.populations().get(number);
    }

    FiringGradient surrogateOf(Population population) {
        return surrogates.getOrDefault(population.name(), otherwise);
    }

    CounterRandom.Draws drawsOf(int number, FiringGradient surrogate) {
        return surrogate.isRandom()
                ? CounterRandom.Draws.surrogate(seed, number, size.batch())
                : CounterRandom.Draws.NONE;
    }

    /** The parameters of a population that are learned. */
    Set<String> learnedOf(Population population) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : population.neuron().parameters().keySet()) {
            if (learned.contains(population.name() + "." + name)) {
                names.add(name);
            }
        }
        return names;
    }

    private boolean isSource(String name) {
        return network.projections().stream()
                .anyMatch(projection -> projection.source().name().equals(name));
    }

    /**
     * The values of a population's forward pass that the way back needs.
     *
     * @param replaces whether membranes may be written in place of currents
     */
    BackwardNeeds.Keeping keeping(int number, boolean replaces) {
        Population population = population(number);
        NeuronGroup group = layout.neurons(number);
        DelayLine line = BoundPopulation.steps(group).line();
        List<String> names = population.neuron().variables();
        Set<String> variables = new LinkedHashSet<>();
        for (String name : names) {
            if (kept.contains(population.variable(name).name())) {
                variables.add(name);
            }
        }
        return new BackwardNeeds.Keeping(
                group.ports().stream()
                        .map(port -> currents(population, port, group.currents()))
                        .toList(),
                replaces,
                variables,
                replaces && keepsInPlace(population.variable(names.getFirst()).name()),
                line != null && learnedOf(population).contains(line.delay()));
    }

    /** Where the currents of a port stay. */
    private StoredCurrents currents(Population population, String port, int columns) {
        int behind = 0;
        for (int i = 0; i < network.projections().size(); i++) {
            Projection projection = network.projections().get(i);
            if (projection.target().name().equals(population.name())
                    && projection.port().equals(port)) {
                behind = Math.max(
                        behind,
                        Delays.longest(layout.description().projections().get(i)));
            }
        }
        return new StoredCurrents(arena, size, columns, behind);
    }

    /** Whether the values of a variable may stand where its gradients come later. */
    private boolean keepsInPlace(String name) {
        return use != Use.ANY && kept.contains(name) && !isSource(name) && size.segments() == 1;
    }

    /** Makes an outlet, of spikes or of a variable, whose values are kept or not. */
    OutputGradients outlet(String name, Shape shape, @Nullable SignalHistory<FloatMatrix> values) {
        int rows = size.steps() * size.batch();
        return new OutputGradients(
                size,
                shape,
                arena,
                values,
                given.contains(name) ? FloatMatrix.zeros(arena, rows, shape.size()) : null,
                observed.contains(name) ? FloatMatrix.zeros(arena, rows, shape.size()) : null);
    }
}
