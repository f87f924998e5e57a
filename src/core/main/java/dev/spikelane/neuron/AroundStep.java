package dev.spikelane.neuron;

import dev.spikelane.kernel.step.NeuronRun;

/** The parts of a step of neurons that no text says. */
interface AroundStep {

    /** Returns the reason why samples at different steps cannot share a batch; empty if there is none. */
    default String byStep() {
        return "";
    }

    /** Returns the reason why there is no gradient. */
    String noGradient();

    /** Returns how many of the newest inputs the state keeps. */
    default int window() {
        return 0;
    }

    /** Prepares the checks of a run. */
    default void begin(NeuronRun<NeuronState> run) {}

    /** Runs before the text of a step, whose first row and number these are. */
    default void before(NeuronRun<NeuronState> run, int row, long step) {}

    /** Runs after the text of a step. */
    default void after(NeuronRun<NeuronState> run, int row, long step) {}
}
