package dev.spikelane.kernel.step;

import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.Equations;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import org.jspecify.annotations.Nullable;

/** The equations of neurons, with the values of their parameters in memory. */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface NeuronText {

    /** A change of variables between charge and fire: rounding, or the choice of winners. */
    interface AtSpike {

        /**
         * Changes variables.
         *
         * @param charged {@code [variables * batch x neurons]}
         * @param batch samples
         * @param first the first neuron
         * @param end the index after the last neuron
         * @param winners {@code [batch x neurons]}, overwritten if only one neuron of a row may fire
         */
        void run(FloatMatrix charged, int batch, int first, int end, SpikeMatrix winners);
    }

    /** Returns the equations, or those before the spike if {@link #atSpike} changes variables. */
    Equations equations();

    EquationParameters parameters();

    /**
     * Returns the differentiated equations, in two parts with {@link #atSpike}.
     *
     * @param carries true if spikes carry the model's value; else they carry 1
     */
    Equations.Cut back(boolean carries);

    /** Returns the change of variables between the parts; null if there is none. */
    @Nullable
    AtSpike atSpike();

    /** Returns the neurons of a position with gates, see {@link GateRows}; 0 without gates. */
    default int channels() {
        return 0;
    }

    /** Returns the seed of each of {@link Equations#noises}. */
    default long[] seeds() {
        return new long[0];
    }

    /** Returns the delay line of the first port; null if its currents are not delayed. */
    default @Nullable DelayLine line() {
        return null;
    }

    /** Returns the initial variables, {@code [variables x neurons]}; null for zeros. */
    default @Nullable FloatMatrix initial() {
        return null;
    }

    default boolean feedsSpikes() {
        return equations().variables().containsKey(NeuronLoops.PREVIOUS);
    }

    /** Returns true if neurons of a row depend on each other, or have gates. */
    default boolean coupled() {
        return channels() > 0 || equations().variables().containsKey(NeuronLoops.WINNER);
    }
}
