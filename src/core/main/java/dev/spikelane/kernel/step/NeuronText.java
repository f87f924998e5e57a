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
         * Changes the variables of some neurons.
         *
         * @param charged {@code [variables * batch x neurons]}
         * @param batch samples
         * @param first the first neuron
         * @param end the index after the last neuron
         * @param winners {@code [batch x neurons]}, overwritten if only one neuron of a row may fire
         */
        void run(FloatMatrix charged, int batch, int first, int end, SpikeMatrix winners);
    }

    /** Returns the equations; those before the spike if something happens there that they do not say. */
    Equations equations();

    /** Returns the values of the parameters. */
    EquationParameters parameters();

    /**
     * Returns the equations that are differentiated, in two parts if something happens at the spike.
     *
     * @param carries true if spikes carry the value that the model says; else they carry 1
     * @return the parts
     */
    Equations.Cut back(boolean carries);

    /** Returns the change of variables between the parts; null if there is none. */
    @Nullable
    AtSpike atSpike();

    /** Returns the neurons of a position of neurons with gates, as {@link GateRows} says; 0 for others. */
    default int channels() {
        return 0;
    }

    /** Returns the seed of each of {@link Equations#noises}. */
    default long[] seeds() {
        return new long[0];
    }

    /** Returns the line that delays the currents of the first port; null if they are not delayed. */
    default @Nullable DelayLine line() {
        return null;
    }

    /** Returns the variables at the start, {@code [variables x neurons]}; null if they are zero. */
    default @Nullable FloatMatrix initial() {
        return null;
    }

    /** Returns true if neurons feed their own spikes back. */
    default boolean feedsSpikes() {
        return equations().variables().containsKey(NeuronLoops.PREVIOUS);
    }

    /** Returns true if neurons of a row depend on each other, or have gates. */
    default boolean coupled() {
        return channels() > 0 || equations().variables().containsKey(NeuronLoops.WINNER);
    }
}
