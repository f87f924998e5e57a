package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs a window forward and backward, in segments of steps and components of populations, on several threads. */
public sealed class GradientRun permits OnlineRun {

    private final GradientRequest plan;
    private final WorkerPool workers;
    private final @Nullable GradientDropout[] dropouts;
    private final NetworkRun run;

    private final GradientInput[] inputs;
    private final GradientPopulation[] populations;
    /** Parts of each projection, from target to source. */
    private final List<List<GradientProjection>> parts;

    private final GradientProjection[] projections;
    private final List<GradientNorm> norms;
    private final GradientStage[] stages;
    private final Runnable[] updates;
    /** Jobs before {@link #updates}: weights are rounded to integers again, once for all runs with one layout. */
    private final Runnable[] roundings;

    private final WorkerPool.Job round = this::round;
    private final WorkerPool.Job update = this::update;
    private final WorkerPool.Job begin = this::begin;

    GradientRun(GradientRunBuilder built) {
        this.plan = built.plan;
        this.workers = built.workers;
        this.dropouts = built.dropouts;
        this.run = built.run;
        this.inputs = built.inputs;
        this.populations = built.populations;
        this.parts = built.parts;
        this.projections = built.projections.toArray(GradientProjection[]::new);
        this.norms = built.norms;
        this.stages = built.stages.toArray(GradientStage[]::new);
        this.updates = built.projections.stream()
                .filter(GradientProjection::learns)
                .flatMap(projection -> projection.updates().stream())
                .toArray(Runnable[]::new);
        this.roundings = plan.layout()
                .roundings()
                .flatMap(each -> IntStream.range(0, each.parts()).<Runnable>mapToObj(part -> () -> each.run(part)))
                .toArray(Runnable[]::new);
    }

    /** Builds the run of a request, which computes gradients of the wanted inputs. */
    public static GradientRun of(GradientRequest plan, Set<String> wantedInputs, WorkerPool workers) {
        GradientRequest.Online online = plan.online();
        return online == null
                ? new GradientRunBuilder(plan, wantedInputs, workers).build()
                : new OnlineRunBuilder(plan, online, wantedInputs, workers).build();
    }

    public GradientInput[] inputs() {
        return inputs;
    }

    public GradientPopulation[] populations() {
        return populations;
    }

    /**
     * Returns the weight gradients of a projection's operators, from source to target; null for operators without
     * weights.
     */
    public List<@Nullable WeightGradients> weights(int number) {
        List<@Nullable WeightGradients> all = new ArrayList<>();
        for (GradientProjection projection : parts.get(number).reversed()) {
            all.addAll(Arrays.asList(projection.weights()));
        }
        return all;
    }

    public List<GradientNorm> norms() {
        return norms;
    }

    Map<String, GradientProjection> learnedFeedback() {
        return Map.of();
    }

    /** Returns the random streams of surrogates and dropouts. */
    public CounterRandom.Draws[] draws() {
        return Stream.concat(
                        Arrays.stream(populations).flatMap(GradientPopulation::draws),
                        Arrays.stream(dropouts).filter(Objects::nonNull).map(GradientDropout::draws))
                .filter(draws -> draws != CounterRandom.Draws.NONE)
                .toArray(CounterRandom.Draws[]::new);
    }

    /**
     * Sets the number of steps to run, and the step after which each sample ends; without {@code ends}, all samples
     * have all steps. A shorter run leaves no state.
     */
    public void setEnds(int steps, int... ends) {
        plan.used().set(steps);
        run.ends().take(ends);
    }

    /** Sets the number of samples of the whole batch, which only online gradients need. */
    public void setSamples(int ofBatch) {
        // the losses have divided their gradients by it
    }

    public void forward(int firstStep) {
        plan.layout().requireSteps((long) firstStep + plan.size().steps());
        for (int i = 0; i < norms.size(); i++) {
            norms.get(i).forward().begin(firstStep);
        }
        for (int i = projections.length - 1; i >= 0; i--) {
            projections[i].open(firstStep); // from source to target
        }
        for (GradientPopulation population : populations) {
            population.openWindow(firstStep);
        }
        RunSize size = plan.size();
        for (int segment = 0; segment * size.segment() < plan.steps(); segment++) {
            int first = segment * size.segment();
            int count = Math.min(size.segment(), plan.steps() - first);
            for (GradientPopulation population : populations) {
                population.forward().open(segment);
            }
            for (GradientStage stage : stages) {
                if (!stage.ranFrame(first, count)) {
                    stage.forward().run(workers, first, count, 0, false);
                }
            }
        }
    }

    public void takeShown() {
        run.takeShown();
    }

    public void show() {
        run.show();
    }

    public void backward() {
        for (GradientPopulation population : populations) {
            population.takeGiven();
            population.reserve();
        }
        workers.run(begin, populations.length);
        for (int i = 0; i < norms.size(); i++) {
            norms.get(i).begin();
        }
        RunSize size = plan.size();
        for (int segment = Math.ceilDiv(plan.steps(), size.segment()) - 1; segment >= 0; segment--) {
            int first = segment * size.segment();
            int count = Math.min(size.segment(), plan.steps() - first);
            for (GradientPopulation population : populations) {
                population.back(segment, workers);
            }
            for (int i = 0; i < norms.size(); i++) {
                norms.get(i).open(first, count);
            }
            for (GradientPopulation population : populations) {
                population.backward().openTiles();
            }
            for (int stage = stages.length - 1; stage >= 0; stage--) {
                beforeBackward(stage);
                stages[stage].backward(first, count);
            }
            for (GradientProjection projection : projections) {
                if (!projection.takesTiles()) {
                    projection.addWeights(first, count);
                }
            }
            for (GradientInput input : inputs) {
                toInput(input, first, count);
            }
        }
    }

    /** Prepares a stage's backward pass. */
    void beforeBackward(int stage) {
        // only online gradients have traces
    }

    /** Clears memory in parallel: the writes take 0.5 % of a training step of VGG-9. */
    private void begin(int number, int thread) {
        populations[number].begin();
    }

    private void toInput(GradientInput input, int first, int count) {
        if (!input.wantsGradient()) {
            return;
        }
        boolean started = false;
        for (GradientProjection projection : projections) {
            if (projection.input() == input) {
                input.add(projection, first, count, started);
                started = true;
            }
        }
    }

    /**
     * Updates packed weights after a change of values.
     *
     * @param rounds true if no other run with this layout has rounded them
     */
    public void update(boolean rounds) {
        if (rounds && roundings.length > 0) {
            workers.run(round, roundings.length);
        }
        workers.run(update, updates.length);
        for (GradientPopulation population : populations) {
            population.update();
        }
    }

    private void round(int part, int thread) {
        roundings[part].run();
    }

    /** Packs weights in parallel: this takes 4 % of a training step of VGG-9. */
    private void update(int part, int thread) {
        updates[part].run();
    }

    /** Returns the most heap bytes of spike lists for segments of {@code steps} steps and {@code samples} samples. */
    public long listBytes(int steps, int samples) {
        long bytes = Scratch.listBytes(run.scratch());
        for (GradientProjection projection : projections) {
            bytes += projection.forward().chain().listBytes(samples);
            for (WeightGradients weights : projection.weights()) {
                bytes += weights == null ? 0 : weights.listBytes(steps, samples);
            }
        }
        return bytes;
    }

    /** Returns the arena bytes of block sums for {@code samples} samples after the first block. */
    public long blockBytes(int samples) {
        long bytes = 0;
        for (GradientNorm norm : norms) {
            bytes += norm.blockBytes(samples);
        }
        for (GradientProjection projection : projections) {
            for (WeightGradients weights : projection.weights()) {
                bytes += weights == null ? 0 : weights.blockBytes(samples);
            }
        }
        return bytes;
    }

    public void refresh() {
        plan.requireValues();
        for (Runnable each : roundings) {
            each.run();
        }
        for (GradientProjection projection : projections) {
            projection.updates().forEach(Runnable::run);
        }
        for (GradientPopulation population : populations) {
            population.refresh();
        }
    }

    public void takeState(GradientRun other) {
        run.takeState(other.run);
    }

    public void reset() {
        run.reset();
    }

    /** Continues from the state at the end of the window. */
    public void advance() {
        run.advance(plan.size().steps());
    }
}
