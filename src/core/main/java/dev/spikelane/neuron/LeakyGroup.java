package dev.spikelane.neuron;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.leaky.Differentiable;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.kernel.step.leaky.LeakyStep;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Neurons that {@link LeakyStep} updates, many steps at a time. They feed back their own spikes at most; what comes
 * from others enters the port {@code feedback}.
 */
record LeakyGroup(LeakyNeurons parameters, List<String> names) implements TileGroup, Differentiable {

    static final List<String> MEMBRANE = List.of("membrane");
    static final List<String> SYNAPTIC = List.of("membrane", "synapse");
    static final List<String> ALPHA = List.of("membrane", "excitatory", "inhibitory");
    static final List<String> CELL = List.of("membrane", "cell");

    /** Neurons whose variables have the usual names. */
    LeakyGroup(LeakyNeurons parameters) {
        this(parameters, parameters.variables() == 1 ? MEMBRANE : parameters.variables() == 2 ? SYNAPTIC : ALPHA);
    }

    /** Neurons of a model that may feed back to themselves. */
    static NeuronGroup of(Arena arena, Shape shape, Neuron model, LeakyModel declared) {
        return switch (model.recurrence()) {
            case Recurrence.None _ -> new LeakyGroup(declared.build(arena));
            case Recurrence.By(OneToOne(Parameter weights)) ->
                new LeakyGroup(declared.param(Neuron.RECURRENT_WEIGHTS, weights.values())
                        .feedback(Feedback.OWN_SPIKES, Neuron.RECURRENT_WEIGHTS)
                        .build(arena));
            case Recurrence.By other -> RecurrentGroup.of(arena, shape, other.connection(), model);
        };
    }

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    @Override
    public int currents() {
        return parameters.currents();
    }

    @Override
    public boolean coupled() {
        return parameters.coupled();
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(arena, new NeuronState.Layout(batch, neurons(), names, feedsSpikes(), 0));
    }

    @Override
    public boolean takesFeedback() {
        return parameters.feedback() == Feedback.CURRENTS;
    }

    @Override
    public boolean feedsSpikes() {
        return parameters.feedback() == Feedback.OWN_SPIKES;
    }

    @Override
    public boolean samplesApart() {
        return !feedsSpikes();
    }

    @Override
    public boolean holds() {
        return parameters.loops().holds();
    }

    @Override
    public void hold(Tile current, NeuronState state, SpikeMatrix spikes) {
        state.require(names);
        StepRun run = state.run(current, spikes);
        run.frames(parameters.loops()).hold(current, run.state, spikes);
        run.release();
        state.advance(
                run.firstWord, run.endWord, spikes.rows() / state.membrane().rows());
    }

    @Override
    public void step(StepRun run, int row, long step, NeuronState state) {
        LeakyStep.run(parameters, run, row, state.membrane().rows());
    }

    @Override
    public StepRun begin(PortCurrents currents, int rows, NeuronState state, SpikeMatrix spikes) {
        StepRun run = TileGroup.super.begin(currents, rows, state, spikes);
        return feedsSpikes() ? run.previous(state.spikes()) : run;
    }

    @Override
    public void steps(StepRun run, int rows, NeuronState state) {
        LeakyStep.run(parameters, run, 0, rows);
        state.advance(run.firstWord(), run.endWord(), rows / state.membrane().rows());
    }
}
