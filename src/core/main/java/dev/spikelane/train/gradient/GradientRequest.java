package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.DenseOperator;
import dev.spikelane.connection.operator.IntegerOperator;
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
 * @param learned names of the values that learn
 * @param given sources with gradients from the caller
 * @param kept variables with stored values
 * @param observed sources with stored gradients
 * @param surrogates of populations, by their names
 * @param otherwise the surrogate of other populations
 * @param dropouts the dropouts by the names of their projections
 * @param seed the seed of random surrogates and dropouts
 * @param form the form of the inputs
 * @param use the use of the gradients, which determines memory
 * @param used the number of steps that run
 * @param online the online method that carries gradients from window to window; null for separate windows
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

    /** The number of steps that run: fewer than the window has if all samples end before. */
    public static final class Used {
        private int steps;

        public Used(int steps) {
            this.steps = steps;
        }

        void set(int some) {
            steps = some;
        }
    }

    /** Returns the steps that run. */
    int steps() {
        return used.steps;
    }

    /** The source of spike gradients in online learning. */
    public enum Feedback {
        /** The weights to readouts, transposed. */
        SYMMETRIC,
        /** Random weights that stay constant. */
        RANDOM,
        /** Random weights that learn like the weights to readouts. */
        ADAPTIVE,
        /** All projections, within one step. */
        SPATIAL
    }

    /**
     * Online gradients with eligibility traces.
     *
     * @param steps steps of all windows
     * @param target target spikes of a neuron per step
     * @param strength the factor of the squared distance from the target; 0 for none
     * @param readouts populations whose membranes losses read
     * @param drawn random feedback weights
     */
    public record Online(
            Feedback feedback, int steps, double target, double strength, Set<String> readouts, List<Drawn> drawn) {}

    /**
     * Random feedback weights.
     *
     * @param source the population whose spikes get gradients
     * @param readout the population that sends these gradients
     */
    public record Drawn(String source, String readout, DenseOperator weights) {

        static final String FEEDBACK = ".feedback.";

        String name() {
            return source + FEEDBACK + readout;
        }
    }

    /** The use of gradients, which determines memory. */
    public enum Use {
        ANY,
        /**
         * Stored values are read only before the backward pass, inputs stay valid until its end, and gradients of
         * states are not needed.
         */
        TRAINING,
        /** As {@link #TRAINING}; each window also starts from a state of zeros and leaves none. */
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
     * Returns the values of a population's forward pass that the backward pass needs.
     *
     * @param replaces true if membranes may overwrite currents
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

    /** Returns true if a variable's gradients may overwrite its values. */
    private boolean keepsInPlace(String name) {
        return use != Use.ANY && kept.contains(name) && !isSource(name) && size.segments() == 1;
    }

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

    /** Throws unless the network's present values fit dropouts and rounded weights. */
    void requireValues() {
        requireDropouts();
        requireOnes();
    }

    private void requireDropouts() {
        for (Projection projection : network.projections()) {
            Dropout dropout = dropouts.get(projection.name());
            if (dropout != null) {
                dropout.requireFits(network, projection, learned);
            }
        }
    }

    /** Throws if spikes have another value than 1, now or after learning, and meet rounded weights. */
    private void requireOnes() {
        for (int i = 0; i < network.projections().size(); i++) {
            if (network.projections().get(i).source() instanceof Population source
                    && layout.chain(i).operators().getFirst() instanceof IntegerOperator integers
                    && integers.floats() != null
                    && !layout.carriesOnes(source.name(), learned)) {
                throw new IllegalArgumentException("population '" + source.name()
                        + "' has graded spikes, expected ones where weights of " + integers.type() + " are trained");
            }
        }
    }
}
