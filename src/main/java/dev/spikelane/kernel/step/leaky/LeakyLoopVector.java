package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.ResetTime;
import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.SpikeLanesVector;
import dev.spikelane.kernel.base.Template;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Phase;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The vector loop of all leaky neurons: what {@link LeakyLoopScalar} does, without inhibition's search and
 * quantization.
 *
 * <p>This class is a {@link Template}, of which {@link LeakyLoops} makes a copy for each {@link LeakyOptions} in use.
 *
 * <p>A row is one flat loop with an int counter, in which every address is a constant times the counter, nothing but
 * the counter is carried from one iteration to the next, and no branch is left: then C2 moves all range checks out of
 * it and unrolls it. Before, spikes were gathered to words: 1.7 ns for 16 neurons instead of 1.1 (Zen 5, 512 bits,
 * 2026-11). A copy takes the neurons through one step or two; with two, state and parameters stay in registers between
 * them. Four pass the nodes that C2 inlines ({@code NodeCountInliningCutoff}), as two do of an alpha function. The
 * methods called here do arithmetic only: larger ones, once compiled by themselves, are not inlined any more.
 */
final class LeakyLoopVector implements LeakyLoop {

    private static final LeakyOptions OPTIONS = Template.data(MethodHandles.lookup(), LeakyOptions.class);
    private static final int STEPS = OPTIONS.steps();
    private static final boolean RECORD = OPTIONS.record();
    private static final boolean CHARGES = OPTIONS.phase() != Phase.FIRE;
    private static final boolean FIRES = OPTIONS.phase() != Phase.CHARGE && OPTIONS.spike() == Spike.AFTER;
    private static final boolean LATER = CHARGES && OPTIONS.resetsLater();
    private static final boolean AT_ONCE = OPTIONS.resetsAtOnce() && FIRES;
    private static final boolean DIFFERENCE = OPTIONS.resetTime() == ResetTime.SAME_STEP_DIFFERENCE;
    private static final boolean CHANGE = CHARGES && OPTIONS.spike() == Spike.CHANGE;
    private static final boolean CURRENTS = CHARGES && OPTIONS.feedback() == Feedback.CURRENTS;
    private static final boolean OWN_SPIKES = OPTIONS.feedback() == Feedback.OWN_SPIKES;
    /** Whether this loop knows the spikes that are fed back at the next step. */
    private static final boolean SPIKES_FED = OWN_SPIKES && (OPTIONS.spike() == Spike.AFTER ? FIRES : CHARGES);

    private static final boolean FEEDBACK = CHARGES && OPTIONS.feedback() != Feedback.NONE;
    private static final boolean SYNAPSE = CHARGES && OPTIONS.synapse();
    private static final boolean ALPHA_FUNCTION = CHARGES && OPTIONS.alphaFunction();
    private static final boolean INHIBITION = FIRES && OPTIONS.inhibition();
    private static final boolean RECTIFIED = CHARGES && OPTIONS.rectified();
    private static final int GAINS = CHARGES ? OPTIONS.gains() : 0;
    private static final int VARIABLES = OPTIONS.variables();
    private static final Decay DECAY = OPTIONS.decay();
    private static final boolean RESTS = CHARGES && (DECAY == Decay.EULER || DECAY == Decay.DIVIDE);
    private static final Reset RESET = OPTIONS.reset();
    private static final boolean SUBTRACTS = OPTIONS.subtracts();

    private static final boolean SLICED = OPTIONS.fitsSliced();

    private static final FloatVector ZERO = FloatVector.zero(FLOAT);
    private static final FloatVector ONE = FloatVector.broadcast(FLOAT, 1);

    LeakyLoopVector() {}

    @Override
    public void run(LeakyParameters parameters, StepRun run, int firstRow, int endRow, int winner) {
        int batch = run.state.rows() / VARIABLES;
        int next = (STEPS - 1) * batch;
        long first = run.firstWord * WORD_BYTES;
        long bytes = (run.endWord - run.firstWord) * WORD_BYTES;
        long firstSpikes = (long) run.firstWord * Long.BYTES;
        long firstInput = first - (long) run.firstCurrent * Float.BYTES;
        int only = winner - run.firstWord * Long.SIZE;
        FloatMatrix current = run.current;
        FloatMatrix state = run.state;
        FloatMatrix feedback = run.feedback;
        SpikeMatrix previous = run.previous;
        SpikeMatrix spikes = run.spikes;
        FloatMatrix membranes = run.membranes;
        // Read once: what C2 concludes of a segment does not hold for one that is read again behind a store.
        MemorySegment ofState = state.segment();
        MemorySegment ofCurrent = current.segment();
        MemorySegment ofSpikes = spikes.segment();
        MemorySegment ofLeak = parameters.beta.segment();
        MemorySegment ofThreshold = parameters.threshold.segment();
        MemorySegment before = previous.segment();
        MemorySegment kept = membranes.segment();
        MemorySegment alphas = parameters.alpha.segment();
        MemorySegment scales = parameters.scale.segment();
        MemorySegment rests = parameters.rest.segment();
        MemorySegment potentials = parameters.potential.segment();
        MemorySegment owns = CURRENTS ? feedback.segment() : parameters.own.segment();
        MemorySegment gains0 = GAINS > 0 ? parameters.gains[0].segment() : kept;
        MemorySegment gains1 = GAINS > 1 ? parameters.gains[1].segment() : kept;
        MemorySegment gains2 = GAINS > 1 ? parameters.gains[2].segment() : kept;
        MemorySegment fires = parameters.fired.segment();
        MemorySegment silents = parameters.silent.segment();
        int sample = firstRow % batch;
        int row = firstRow;
        // One round for all rows if they are sliced, one for each if they are not: behind a round C2 reads the
        // segments' fields again, and has forgotten what isNative told it (200 steps of alpha functions 1,150 instead
        // of 29 us where confined arenas were; Zen 5, 2026-11).
        while (row < endRow) {
            Checks.isNative(ofLeak);
            Checks.isNative(ofThreshold);
            Checks.isNative(ofState);
            Checks.isNative(ofSpikes);
            Checks.isNative(ofCurrent);
            if (OWN_SPIKES) {
                Checks.isNative(before);
            }
            if (RECORD) {
                Checks.isNative(kept);
            }
            if (SYNAPSE || ALPHA_FUNCTION) {
                Checks.isNative(alphas);
            }
            if (ALPHA_FUNCTION) {
                Checks.isNative(scales);
            }
            if (RESTS) {
                Checks.isNative(rests);
            }
            if (AT_ONCE) {
                Checks.isNative(potentials);
            }
            if (FEEDBACK) {
                Checks.isNative(owns);
            }
            if (GAINS > 0) {
                Checks.isNative(gains0);
            }
            if (GAINS > 1) {
                Checks.isNative(gains1);
                Checks.isNative(gains2);
            }
            if (INHIBITION) {
                Checks.isNative(fires);
                Checks.isNative(silents);
            }
            MemorySegment leaks = slice(ofLeak, first, bytes);
            MemorySegment thresholds = slice(ofThreshold, first, bytes);
            long parameterRow = within(first);
            do {
                long stateRow = state.rowOffset(sample) + first;
                long inputRow = current.rowOffset(row) + firstInput;
                long nextInput = inputRow + current.rowOffset(next);
                long outRow = spikes.rowOffset(row) + firstSpikes;
                long nextOut = outRow + spikes.rowOffset(next);
                MemorySegment states = slice(ofState, stateRow, bytes);
                MemorySegment inputs = slice(ofCurrent, inputRow, bytes);
                MemorySegment nextInputs = slice(ofCurrent, nextInput, bytes);
                long secondRow = state.rowOffset(batch + sample) + first;
                long thirdRow = state.rowOffset(2 * batch + sample) + first;
                long previousRow = previous.rowOffset(sample) + firstSpikes;
                long fedRow = CURRENTS ? inputRow - feedback.rowOffset(run.firstFed) : 0;
                long nextFed = CURRENTS ? nextInput - feedback.rowOffset(run.firstFed) : 0;
                long keptRow = membranes.rowOffset(row) + first;
                long nextKept = membranes.rowOffset(row + next) + first;
                // A quotient, whose range C2 knows; else range checks stay in the loop
                // (leaky neurons 29 instead of 16 us; Zen 3, 2026-11).
                int end = (run.endWord - run.firstWord) * Long.SIZE / COUNT;
                for (int i = 0; i < end; i++) {
                    long at = (long) i * BYTES;
                    FloatVector threshold = load(thresholds, parameterRow + at);
                    FloatVector leak = load(leaks, parameterRow + at);
                    FloatVector alpha = SYNAPSE || ALPHA_FUNCTION ? load(alphas, first + at) : ZERO;
                    FloatVector scale = ALPHA_FUNCTION ? load(scales, first + at) : ZERO;
                    FloatVector rest = RESTS ? load(rests, first + at) : ZERO;
                    FloatVector potential = AT_ONCE && !SUBTRACTS && !DIFFERENCE ? load(potentials, first + at) : ZERO;
                    FloatVector gain0 = GAINS > 0 ? load(gains0, first + at) : ONE;
                    FloatVector gain1 = GAINS > 1 ? load(gains1, first + at) : ONE;
                    FloatVector gain2 = GAINS > 1 ? load(gains2, first + at) : ONE;
                    FloatVector own = CURRENTS ? load(owns, fedRow + at) : FEEDBACK ? load(owns, first + at) : ZERO;
                    FloatVector u = load(states, within(stateRow) + at);
                    FloatVector second = SYNAPSE || ALPHA_FUNCTION ? load(ofState, secondRow + at) : ZERO;
                    FloatVector third = ALPHA_FUNCTION ? load(ofState, thirdRow + at) : ZERO;

                    VectorMask<Float> over = CHARGES
                            ? above(u, threshold)
                            : VectorMask.fromLong(FLOAT, SpikeLanesVector.load(ofSpikes, outRow, i));
                    FloatVector back = OWN_SPIKES && CHARGES
                            ? where(VectorMask.fromLong(FLOAT, SpikeLanesVector.load(before, previousRow, i)), own)
                            : own;
                    FloatVector input = gained(load(inputs, within(inputRow) + at), gain0, gain1, gain2);
                    FloatVector x = synapse(second, alpha, input, back);
                    FloatVector opposed = ALPHA_FUNCTION ? leak.mul(third).sub(input) : ZERO;
                    FloatVector charged = ALPHA_FUNCTION
                            ? sum(x, opposed, scale, third, over)
                            : resetAfter(
                                    fed(decay(resetBefore(u, threshold, over), x, leak, rest), back), threshold, over);
                    second = ALPHA_FUNCTION ? reset(x, threshold, over) : x;
                    third = ALPHA_FUNCTION ? clear(opposed, over) : ZERO;
                    VectorMask<Float> fired = fired(u, charged, threshold, over);
                    FloatVector counted = ONE;
                    if (INHIBITION) {
                        fired = fired.and(VectorMask.fromLong(FLOAT, only(only - i * COUNT)));
                        counted = AT_ONCE ? load(silents, first + at).blend(load(fires, first + at), fired) : ONE;
                    }
                    u = resetAtOnce(charged, threshold, potential, over, fired, counted);
                    SpikeLanesVector.store(ofSpikes, outRow, i, fired.toLong());
                    if (RECORD) {
                        u.intoMemorySegment(kept, keptRow + at, ORDER);
                    }
                    if (STEPS > 1) {
                        over = AT_ONCE || !FIRES ? above(u, threshold) : fired;
                        back = OWN_SPIKES ? where(fired, own) : CURRENTS ? load(owns, nextFed + at) : own;
                        input = gained(load(nextInputs, within(nextInput) + at), gain0, gain1, gain2);
                        x = synapse(second, alpha, input, back);
                        charged = resetAfter(
                                fed(decay(resetBefore(u, threshold, over), x, leak, rest), back), threshold, over);
                        second = x;
                        fired = fired(u, charged, threshold, over);
                        u = resetAtOnce(charged, threshold, potential, over, fired, counted);
                        SpikeLanesVector.store(ofSpikes, nextOut, i, fired.toLong());
                        if (RECORD) {
                            u.intoMemorySegment(kept, nextKept + at, ORDER);
                        }
                    }

                    if (CHARGES || AT_ONCE) {
                        u.intoMemorySegment(states, within(stateRow) + at, ORDER);
                    }
                    if (SYNAPSE || ALPHA_FUNCTION) {
                        second.intoMemorySegment(ofState, secondRow + at, ORDER);
                    }
                    if (ALPHA_FUNCTION) {
                        third.intoMemorySegment(ofState, thirdRow + at, ORDER);
                    }
                    if (SPIKES_FED) {
                        SpikeLanesVector.store(before, previousRow, i, fired.toLong());
                    }
                }
                if (OPTIONS.phase() == Phase.FIRE && run.records) {
                    LeakyLoop.keep(run, sample, row);
                }
                row++;
                sample++;
                if (sample == batch) {
                    sample = 0;
                    row += next;
                }
            } while (SLICED && row < endRow);
        }
    }

    /**
     * What the loop sees of a segment. Slices of one length, so that C2 finds out once for all of them how far the loop
     * may run without range checks: that took 27 of the 120 ns in which 1,000 leaky neurons do two steps (Zen 5,
     * 2026-11). Rows of spikes are not sliced: where the profiles of segments are mixed, each slice was an object, of
     * 40 bytes a row.
     */
    private static MemorySegment slice(MemorySegment segment, long offset, long bytes) {
        return SLICED ? segment.asSlice(offset, bytes) : segment;
    }

    /** Where an offset in a segment is in what the loop sees of it. */
    private static long within(long offset) {
        return SLICED ? 0 : offset;
    }

    private static FloatVector gained(FloatVector input, FloatVector gain0, FloatVector gain1, FloatVector gain2) {
        FloatVector once = GAINS > 0 ? input.mul(gain0) : input;
        return GAINS > 1 ? once.mul(gain1).mul(gain2) : once;
    }

    /** What charges the membrane: the input, or the current of a synapse that it charges. */
    private static FloatVector synapse(FloatVector x, FloatVector alpha, FloatVector input, FloatVector back) {
        if (!SYNAPSE && !ALPHA_FUNCTION) {
            return input;
        }
        FloatVector charged = alpha.mul(x).add(input);
        return FEEDBACK ? charged.add(back) : charged;
    }

    /** The membrane of an alpha function. */
    private static FloatVector sum(
            FloatVector excitatory,
            FloatVector inhibitory,
            FloatVector scale,
            FloatVector inhibitoryBefore,
            VectorMask<Float> over) {
        FloatVector u = scale.mul(excitatory.add(inhibitory));
        return LATER ? u.sub(where(over, SUBTRACTS ? inhibitoryBefore.neg() : u)) : u;
    }

    /** The excitatory current behind a reset. */
    private static FloatVector reset(FloatVector excitatory, FloatVector threshold, VectorMask<Float> over) {
        return SUBTRACTS && LATER ? excitatory.sub(where(over, threshold)) : clear(excitatory, over);
    }

    /** The inhibitory current behind a reset. */
    private static FloatVector clear(FloatVector current, VectorMask<Float> over) {
        return LATER ? current.sub(where(over, current)) : current;
    }

    private static FloatVector resetBefore(FloatVector u, FloatVector threshold, VectorMask<Float> over) {
        if (LATER && RESET == Reset.ZERO) {
            return u.blend(ZERO.mul(u), over);
        }
        return LATER && RESET == Reset.SUBTRACT_DECAYED ? u.sub(where(over, threshold)) : u;
    }

    private static FloatVector decay(FloatVector u, FloatVector input, FloatVector leak, FloatVector rest) {
        if (!CHARGES) {
            return u;
        }
        if (DECAY == Decay.NONE) {
            return input;
        }
        if (DECAY == Decay.MULTIPLY) {
            return leak.mul(u).add(input);
        }
        if (DECAY == Decay.MULTIPLY_WEIGHTED) {
            return leak.mul(u).add(ONE.sub(leak).mul(input));
        }
        return DECAY == Decay.EULER
                ? u.add(leak.mul(rest.sub(u).add(input)))
                : u.add(input.sub(u.sub(rest)).div(leak));
    }

    private static FloatVector fed(FloatVector u, FloatVector back) {
        FloatVector sum = FEEDBACK && !SYNAPSE ? u.add(back) : u;
        return RECTIFIED ? sum.blend(ZERO, sum.compare(LE, ZERO)) : sum;
    }

    private static FloatVector resetAfter(FloatVector u, FloatVector threshold, VectorMask<Float> over) {
        if (LATER && RESET == Reset.SUBTRACT) {
            return u.sub(where(over, threshold));
        }
        return LATER && RESET == Reset.CLEAR ? clear(u, over) : u;
    }

    private static VectorMask<Float> fired(
            FloatVector before, FloatVector u, FloatVector threshold, VectorMask<Float> over) {
        if (FIRES) {
            return above(u, threshold);
        }
        return CHANGE ? u.sub(before).abs().compare(GT, threshold) : over;
    }

    /** Inhibited spikes count what {@code counted} says in a difference, all others 1. */
    private static FloatVector resetAtOnce(
            FloatVector u,
            FloatVector threshold,
            FloatVector potential,
            VectorMask<Float> over,
            VectorMask<Float> fired,
            FloatVector counted) {
        if (!AT_ONCE) {
            return u;
        }
        if (DIFFERENCE) {
            FloatVector spike = INHIBITION ? counted : where(fired, ONE);
            return u.sub(spike.sub(where(over, ONE)).mul(SUBTRACTS ? threshold : u));
        }
        return SUBTRACTS
                ? u.sub(where(fired, threshold))
                : ONE.sub(where(fired, ONE)).mul(u).add(where(fired, potential));
    }

    private static VectorMask<Float> above(FloatVector u, FloatVector threshold) {
        return u.compare(OPTIONS.compare() == Compare.STRICT ? GT : GE, threshold);
    }

    /**
     * The product of x and R, 1 or 0. It is not x or 0: snnTorch's bits for signed zeros, infinities and NaN need
     * {@code 0 * x}, which does not wait for R.
     */
    private static FloatVector where(VectorMask<Float> r, FloatVector x) {
        return ZERO.mul(x).blend(x, r);
    }

    /** The mask of one lane; of none if it is outside. */
    private static long only(int lane) {
        return lane >= 0 && lane < COUNT ? 1L << lane : 0;
    }

    private static FloatVector load(MemorySegment segment, long offset) {
        return FloatVector.fromMemorySegment(FLOAT, segment, offset, ORDER);
    }
}
