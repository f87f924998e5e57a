package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A thousand neurons of one model with random currents, a batch of one. */
public final class NeuronCase implements AutoCloseable {

    static final int NEURONS = 1000;
    static final int STEPS = 200;

    private static final int LEVELS = 256;

    /** A model, and how many rows of 16 floats it loads for 16 neurons. */
    public enum Model {
        LEAKY(4),
        SYNAPTIC(6),
        ALPHA(8),
        LAPICQUE(7),
        RLEAKY_ONE_TO_ONE(5),
        RSYNAPTIC_ONE_TO_ONE(7),
        LIF_EULER(5),
        LIF_DIVIDE(5),
        DELTA_LEAKY(4),
        LEAKY_PARALLEL(5),
        LEAKY_QUANTIZED_8_BITS(4),
        SLSTM(11);

        private final int loads;

        Model(int loads) {
            this.loads = loads;
        }

        private LeakyParametersBuilder options() {
            LeakyParametersBuilder builder = LeakyParameters.builder(NEURONS).beta(0.9f);
            return switch (this) {
                case LEAKY -> builder;
                case SYNAPTIC -> builder.synapse(0.8f);
                case ALPHA ->
                    builder.alphaFunction(new float[] {0.95f}, new float[] {2}).reset(Reset.CLEAR);
                case LAPICQUE -> builder.gains(new float[] {5}, new float[] {0.2f}, new float[] {1});
                case RLEAKY_ONE_TO_ONE -> builder.feedback(Feedback.OWN_SPIKES, 0.5f);
                case RSYNAPTIC_ONE_TO_ONE -> builder.synapse(0.8f).feedback(Feedback.OWN_SPIKES, 0.5f);
                case LIF_EULER ->
                    builder.decay(Decay.EULER, 0.1f).reset(Reset.CLEAR).resetTime(ResetTime.SAME_STEP);
                case LIF_DIVIDE ->
                    builder.decay(Decay.DIVIDE, 10)
                            .compare(Compare.INCLUSIVE)
                            .reset(Reset.CLEAR)
                            .resetTime(ResetTime.SAME_STEP);
                case DELTA_LEAKY -> builder.firesOnChange();
                case LEAKY_PARALLEL -> builder.reset(Reset.NONE).rectified(true).feedback(Feedback.CONSTANT, 0.01f);
                case LEAKY_QUANTIZED_8_BITS -> builder.quantization(1, levels());
                case SLSTM -> builder.threshold(0.1f).synapse(0).reset(Reset.NONE);
            };
        }

        private static float[] levels() {
            float[] levels = new float[LEVELS];
            for (int i = 0; i < LEVELS; i++) {
                levels[i] = -1 + 2.2f * i / (LEVELS - 1);
            }
            return levels;
        }
    }

    private final Arena arena = Arena.ofShared();
    private final Model model;
    private final LeakyParameters parameters;
    private final FloatMatrix current;
    private final FloatMatrix state;
    private final FloatMatrix feedback;
    private final FloatMatrix workspace = FloatMatrix.zeros(arena, LstmStep.GATES, NEURONS);
    private final SpikeMatrix previous = SpikeMatrix.zeros(arena, 1, NEURONS);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS, NEURONS);
    private final FloatMatrix buffer = FloatMatrix.zeros(arena, 1, Roofline.BUFFER);

    NeuronCase(Model model) {
        this.model = model;
        parameters = model.options().build(arena);
        int currents = model == Model.SLSTM ? LstmStep.GATES * NEURONS : NEURONS;
        current = RandomData.uniform(arena, STEPS, currents, -0.1f, 0.4f);
        state = FloatMatrix.zeros(arena, parameters.variables(), NEURONS);
        feedback = FloatMatrix.zeros(arena, 1, currents);
    }

    /** Throws unless the library and the specification leave the same bits. */
    void verify() {
        state.fill(0);
        previous.clear();
        chosen();
        MemorySegment states = copy(state.segment());
        MemorySegment fired = copy(spikes.segment());
        state.fill(0);
        previous.clear();
        scalar();
        if (state.segment().mismatch(states) != -1 || spikes.segment().mismatch(fired) != -1) {
            throw new AssertionError(model + " differs from its specification");
        }
    }

    private MemorySegment copy(MemorySegment segment) {
        return arena.allocate(segment.byteSize(), Float.BYTES).copyFrom(segment);
    }

    void chosen() {
        if (model == Model.SLSTM) {
            for (int step = 0; step < STEPS; step++) {
                LstmStep.step(parameters, current, step, state, feedback, workspace, spikes, state, false);
            }
        } else {
            run(parameters.loops);
        }
    }

    void scalar() {
        if (model == Model.SLSTM) {
            for (int step = 0; step < STEPS; step++) {
                LstmStep.scalar(parameters, current, step, state, 1, 0, feedback, spikes);
                parameters
                        .specification
                        .fire()
                        .run(
                                parameters,
                                current,
                                0,
                                step,
                                step + 1,
                                state,
                                feedback,
                                previous,
                                spikes,
                                state,
                                false,
                                0,
                                spikes.stride(),
                                0);
            }
        } else {
            run(parameters.specification);
        }
    }

    private void run(LeakyLoops loops) {
        LeakyStep.run(
                loops,
                parameters,
                current,
                0,
                0,
                STEPS,
                state,
                feedback,
                previous,
                spikes,
                state,
                false,
                0,
                spikes.stride());
    }

    /** Loads and adds as many floats from L1 as the model loads. */
    void loads() {
        long floats = (long) STEPS * spikes.stride() * Long.SIZE * model.loads;
        Yardstick.loadAdd(buffer.segment(), Roofline.BUFFER, floats / Roofline.BUFFER);
    }

    @Override
    public void close() {
        arena.close();
    }
}
