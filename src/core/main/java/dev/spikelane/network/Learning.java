package dev.spikelane.network;

import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.observe.LayerProfile;
import dev.spikelane.engine.plastic.SavedWeights;
import dev.spikelane.simd.Checks;
import java.time.Duration;
import java.util.Locale;

/**
 * A simulation that learns by the rules of its projections while it serves, and can be frozen and rolled back.
 * <pre>{@code
 * Learning learning = simulation.learning(1_000, 8, 0.5);  // a snapshot each 1,000 steps, the last 8 of them
 * simulation.run(stream);                                  // learns
 * learning.publish(Duration.ofSeconds(1));                 // to the network that others serve
 * learning.rollback(Duration.ofSeconds(1));                // undoes the changes since the last snapshot
 * }</pre>
 *
 * <p><b>Snapshots.</b> At a fixed interval of learned steps the plastic values are checked: weights, variables of
 * synapses, and modulators. If all are finite and the drift is within the limit, they are kept as a snapshot. Otherwise
 * they return to the last snapshot and learning freezes; Java Flight Recorder gets an event
 * {@code dev.spikelane.LearningFrozen}. The drift is the distance of all plastic weights and biases from their values
 * at the start of learning, {@code |w - w0| / |w0|} by Euclidean norms, or {@code |w|} if all started at 0. Between two
 * checks only the bounds of the rule limit the weights. A rollback also resets the neurons, as {@link Simulation#reset}
 * does, since bad input may have spoiled their state. Steps and observers continue.
 *
 * <p><b>Readers.</b> {@link Simulation#plasticWeights} of this simulation returns the weights before or after a step,
 * consistently in all projections. {@link #publish} copies the last snapshot to the network's values, in one change
 * between the calls of {@code Classifier}, {@code Evaluator} and {@link Network#serve}.
 *
 * <p><b>States.</b> A state holds plastic values, but neither snapshots nor whether learning is frozen. A restored
 * state is kept as a snapshot, and the next one follows as many steps later. A second process that calls
 * {@link Simulation#learning} on the network with which learning began, and then restores the state, continues bit for
 * bit; if the state was taken with a snapshot, the same steps freeze it. A fork has no snapshots, and is frozen if its
 * origin is.
 *
 * <p>Any thread may call all methods, also during a call of the simulation. Steps and snapshots allocate nothing.
 */
public final class Learning {

    static final int MOST = 1_000;

    private final Network network;
    private final NetworkRun run;
    private final Weights plastic;
    private final int every;
    private final double limit;
    private final SavedWeights kept;
    private long learned;
    private int since;
    private volatile double drift;
    /** True after the limit of drift froze learning, until a rollback or {@link #resume}. */
    private volatile boolean hasDrifted;

    private long version;

    Learning(Network network, NetworkRun run, Weights plastic, int every, int keep, double limit) {
        if (!run.hasRules()) {
            throw new IllegalArgumentException("no projection has a rule in this simulation, expected one that learns");
        }
        Checks.atLeast(1, "every", every);
        Checks.require(keep >= 1 && keep <= MOST, "keep", keep, "1 to " + MOST);
        Checks.require(limit > 0, "driftLimit", limit, "more than 0");
        this.network = network;
        this.run = run;
        this.plastic = plastic;
        this.every = every;
        this.limit = limit;
        this.kept = new SavedWeights(run.plasticValues(), keep);
        this.version = plastic.version();
        run.freeze(false);
    }

    /** Checks the values if a check is due after this step. */
    void stepped() {
        if (run.isFrozen()) {
            return;
        }
        learned++;
        since++;
        if (since < every) {
            return;
        }
        drift = kept.read();
        if (drift <= limit) {
            keep(learned);
            return;
        }
        hasDrifted = true;
        run.freeze(true);
        run.plasticGuard().changeHeld(this::back);
        LayerProfile.emitFrozen(learned, kept.time(), drift, limit);
    }

    /** Keeps the values of a restored state. */
    void keep() {
        drift = kept.read();
        keep(learned);
    }

    private void keep(long time) {
        kept.keep(time);
        version = plastic.version();
        since = 0;
    }

    private void back() {
        run.begin();
        kept.restore();
        version = plastic.version() + 1; // counts the change under way
        since = 0;
    }

    /** {@return true if {@link #freeze} or the limit of drift has frozen the rules} */
    public boolean isFrozen() {
        return run.isFrozen();
    }

    /** Freezes the rules: weights and variables of rules stay as they are, while the network continues. */
    public void freeze() {
        run.freeze(true);
    }

    /** Lets frozen rules continue. */
    public void resume() {
        hasDrifted = false;
        run.freeze(false);
    }

    /**
     * {@return the drift at the last check: above the limit if that froze learning, NaN or infinite if a value was; 0
     * before the first}
     */
    public double drift() {
        return drift;
    }

    /**
     * Restores the last snapshot, or the one before it if nothing has changed since the last.
     *
     * @param most the longest wait for a call of the simulation
     * @return the learned steps at that snapshot
     * @throws IllegalArgumentException if the time is negative
     * @throws IllegalStateException if the values already equal the oldest snapshot, the call under way takes longer
     *     than {@code most} or belongs to this thread, or the simulation is closed; nothing changes then
     */
    public long rollback(Duration most) {
        long[] time = new long[1];
        plastic.waiting(most).change(() -> {
            if (!run.isOpen()) {
                throw new IllegalStateException("simulation is closed");
            }
            if (plastic.version() == version && !kept.drop()) {
                throw new IllegalStateException("the weights are those of step " + kept.time()
                        + " already, the oldest snapshot, expected an older one: pass a greater 'keep' to learning()");
            }
            back();
            hasDrifted = false;
            run.show();
            time[0] = kept.time();
        });
        return time[0];
    }

    /**
     * Copies the weights of the last snapshot to the network's own values.
     *
     * @param most the longest wait for calls of classifiers and of the network's simulations, this one included
     * @throws IllegalArgumentException if the time is negative
     * @throws IllegalStateException if the limit of drift froze learning and neither {@link #rollback} nor
     *     {@link #resume} was called since, or if a call takes longer or belongs to this thread; nothing changes then
     */
    public void publish(Duration most) {
        network.weights().waiting(most).change(() -> {
            if (hasDrifted) {
                throw new IllegalStateException("learning is frozen at a drift of " + (float) drift
                        + ", expected at most " + limit + ": call rollback() or resume() before publish()");
            }
            kept.copyTo(network.laidOut().values());
        });
    }

    /** Returns for example {@code learning, 3000 steps, drift 0.120 of 0.5, frozen}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "learning, %d steps, drift %.3f of %s%s",
                learned,
                drift,
                limit,
                isFrozen() ? ", frozen" : "");
    }
}
