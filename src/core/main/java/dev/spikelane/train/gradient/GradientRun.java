package dev.spikelane.train.gradient;

import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.operator.DenseOperator;
import dev.spikelane.connection.operator.IntegerOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.engine.BackwardNeeds;
import dev.spikelane.engine.ChainRun;
import dev.spikelane.engine.ComponentPlan;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.ProjectionRun;
import dev.spikelane.engine.TwoPhaseRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs a window forward and backward, in segments of steps and components of populations, on several threads. */
public final class GradientRun implements BackwardNeeds {

    private final GradientRequest plan;
    private final WorkerPool workers;
    private final NeuronGradient[] neurons;

    private final @Nullable GradientDropout[] dropouts;
    /** The forward pass. */
    private final NetworkRun run;

    private final GradientInput[] inputs;
    private final GradientPopulation[] populations;
    /** Parts of each projection, from target to source. */
    private final List<List<GradientProjection>> parts = new ArrayList<>();

    private final GradientProjection[] projections;
    private final Map<String, GradientProjection> learnedFeedback = new LinkedHashMap<>();
    private final List<GradientNorm> norms = new ArrayList<>();
    private final GradientStage[] stages;
    /** Jobs after a change of learned weights. */
    private final Runnable[] updates;
    /** Jobs before {@link #updates}: weights are rounded to integers again, once for all runs with one layout. */
    private final Runnable[] roundings;

    /** First step of the window. */
    private int windowStart;

    /** Samples of the whole batch, of which this run has a part. */
    private int samples;

    private final WorkerPool.Job round = this::round;
    private final WorkerPool.Job update = this::update;
    private final WorkerPool.Job begin = this::begin;

    public GradientRun(GradientRequest plan, Set<String> wantedInputs, WorkerPool workers) {
        Network network = plan.network();
        this.plan = plan;
        this.workers = workers;
        requireDropouts();
        requireOnes();
        this.neurons = new NeuronGradient[network.populations().size()];
        for (int i = 0; i < neurons.length; i++) {
            neurons[i] = neurons(i);
        }
        this.dropouts = new GradientDropout[network.projections().size()];
        this.run = NetworkRun.ofWindows(plan.layout(), plan.size(), plan.arena(), workers, this);
        this.inputs = new GradientInput[network.inputs().size()];
        for (int i = 0; i < inputs.length; i++) {
            String name = network.inputs().get(i).name();
            inputs[i] = new GradientInput(plan, i, run.input(i), wantedInputs.contains(name), workers);
        }
        this.populations = new GradientPopulation[neurons.length];
        List<ComponentPlan.Component> components = plan.layout().components();
        for (ComponentPlan.Component component : components) {
            for (int number : component.populations()) {
                boolean alone = component.steps() == 0 && plan.online() == null;
                populations[number] =
                        new GradientPopulation(plan, number, run.population(number), neurons[number], alone);
            }
        }
        carryForward();
        List<GradientProjection> all = new ArrayList<>();
        for (int i = 0; i < dropouts.length; i++) {
            List<ProjectionRun> slices = run.projection(i);
            for (ProjectionRun slice : slices) {
                List<GradientProjection> made = connect(i, slice);
                all.addAll(made);
                if (slice.equals(slices.getFirst())) {
                    parts.add(made); // delays of synapses share learned values
                }
            }
        }
        all.addAll(feedback());
        this.projections = all.toArray(GradientProjection[]::new);
        this.updates = Arrays.stream(projections)
                .filter(GradientProjection::learns)
                .flatMap(projection -> projection.updates().stream())
                .toArray(Runnable[]::new);
        this.roundings = plan.layout()
                .roundings()
                .flatMap(each -> IntStream.range(0, each.parts()).<Runnable>mapToObj(part -> () -> each.run(part)))
                .toArray(Runnable[]::new);
        for (GradientPopulation population : populations) {
            population.layOut();
        }
        this.stages = new GradientStage[components.size()];
        for (int i = 0; i < stages.length; i++) {
            ComponentPlan.Component component = components.get(i);
            GradientPopulation[] members = component.populations().stream()
                    .map(number -> populations[number])
                    .toArray(GradientPopulation[]::new);
            int steps = plan.online() == null ? component.steps() : 0;
            stages[i] = new GradientStage(plan.size(), members, run.stage(i), steps, workers);
        }
    }

    private NeuronGradient neurons(int number) {
        Population declared = plan.population(number);
        try {
            return NeuronGradient.of(
                    plan.arena(),
                    plan.layout().population(number).inside(),
                    plan.layout().neurons(number),
                    plan.size().batch(),
                    plan.learnedOf(declared));
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "population '" + declared.name() + "': " + failure.getMessage(), failure);
        }
    }

    @Override
    public Keeping keeping(int population) {
        return plan.keeping(population, !neurons[population].needsCurrents());
    }

    @Override
    public SourceRun source(int number, SourceRun source) {
        Projection projection = plan.network().projections().get(number);
        if (projection.plastic()) {
            throw new IllegalArgumentException("projection '" + projection.name()
                    + "' is plastic and changes by itself, expected one that is learned");
        }
        if (!plan.dropouts().containsKey(projection.name())) {
            return source;
        }
        int[] delays = plan.layout().description().projections().get(number).delays();
        if (delays[delays.length - 1] > projection.delay()) {
            throw new IllegalArgumentException("projection '" + projection.name()
                    + "' drops what synapses delay by up to " + (delays[delays.length - 1] - projection.delay())
                    + " steps, expected the delay at the projection");
        }
        GradientDropout dropout = new GradientDropout(plan, projection, number, source);
        dropouts[number] = dropout;
        return dropout;
    }

    /**
     * Creates the backward pass of a projection. A normalization over the batch cuts it; the part at the target comes
     * first.
     */
    private List<GradientProjection> connect(int number, ProjectionRun slice) {
        Projection declared = plan.network().projections().get(number);
        GradientPopulation target = population(declared.target());
        StoredCurrents port = target.forward().currents(declared.port());
        List<GradientProjection> made = new ArrayList<>();
        GradientNorm norm = null;
        int before = norms.size();
        ProjectionRun forward = slice;
        while (forward.source() instanceof TwoPhaseRun cut) {
            GradientProjection projection = projection(number, forward, port, norm);
            made.add(projection);
            port = new StoredCurrents(
                    plan.arena(),
                    plan.size(),
                    cut.operator().outputs(),
                    slice.description().delay());
            norm = new GradientNorm(cut, projection, port, plan, workers);
            norms.add(before, norm);
            forward = cut.rows();
        }
        GradientProjection first = projection(number, forward, port, norm);
        made.add(first);
        target.add(made.getFirst());
        if (target.eligibility() != null) {
            carryForward(number, first, target.eligibility());
            return made;
        }
        Projection.Source from = declared.source();
        from.ofPopulation().ifPresent(named -> {
            GradientPopulation population = population(named);
            from.ofVariable()
                    .map(population::ofVariable)
                    .orElseGet(population::ofSpikes)
                    .add(first);
        });
        return made;
    }

    private void carryForward() {
        GradientRequest.Online online = plan.online();
        for (int i = 0; i < populations.length && online != null; i++) {
            populations[i].carryForward(new Eligibility(populations[i], plan, online));
        }
    }

    /** Connects a projection to the forward gradients of its target, and to its source if that needs gradients. */
    private void carryForward(int number, GradientProjection made, Eligibility target) {
        GradientRequest.Online online = Objects.requireNonNull(plan.online());
        Projection declared = plan.network().projections().get(number);
        GradientPopulation source =
                declared.source().ofPopulation().map(this::population).orElse(null);
        boolean isSpatial = online.feedback() == GradientRequest.Feedback.SPATIAL;
        boolean pulls = source != null
                && (isSpatial
                        || online.feedback() == GradientRequest.Feedback.SYMMETRIC
                                && online.readouts().contains(declared.target().name()));
        List<Operator> operators = plan.layout().chain(number).operators(); // including operators after a cut
        boolean isDense = operators.size() == 1 && operators.getFirst() instanceof DenseOperator;
        if (!isDense && (pulls || made.learns())) {
            throw new IllegalArgumentException("projection '" + declared.name() + "' is "
                    + made.forward().description().describePath()
                    + ", expected one dense connection for online gradients");
        }
        if (source != null && !plan.layout().carriesOnes(source.declared().name(), Set.of())) {
            throw new IllegalArgumentException("population '"
                    + source.declared().name() + "' has graded spikes, expected ones for online gradients");
        }
        if (pulls && (declared.delay() > 0 || declared.source().ofVariable().isPresent())) {
            throw new IllegalArgumentException("projection '" + declared.name()
                    + "' would take online gradients back through a delay or from a variable, expected spikes"
                    + " without a delay");
        }
        if (made.learns()) {
            target.add(made, declared.port(), plan);
        }
        made.pullFrom(target.pulled(declared.port()));
        if (pulls && source != null) {
            source.ofSpikes().add(made);
            Objects.requireNonNull(source.eligibility()).add(made, target);
        }
    }

    /** Creates random feedback in place of projections to readouts, for the backward pass alone. */
    private List<GradientProjection> feedback() {
        List<GradientProjection> made = new ArrayList<>();
        GradientRequest.Online online = plan.online();
        for (int i = 0; i < populations.length && online != null; i++) {
            for (GradientRequest.Drawn drawn : online.drawn()) {
                if (drawn.source().equals(populations[i].declared().name())) {
                    made.add(feedback(i, drawn, online.feedback() == GradientRequest.Feedback.ADAPTIVE));
                }
            }
            Objects.requireNonNull(populations[i].eligibility()).requireFeedback();
        }
        return made;
    }

    private GradientProjection feedback(int source, GradientRequest.Drawn drawn, boolean learns) {
        GradientPopulation readout = population(plan.network().population(drawn.readout()));
        Eligibility target = Objects.requireNonNull(readout.eligibility());
        String name = readout.forward().group().ports().getFirst();
        StoredCurrents port = readout.forward().currents(name);
        ProjectionDescription description = new ProjectionDescription(
                drawn.name(),
                new SourceDescription.OfSpikes(source),
                plan.network().populations().indexOf(readout.declared()),
                name,
                0,
                List.of(),
                Plasticity.NONE);
        ChainRun operators = new ChainRun(List.of(drawn.weights()), plan.arena(), run.scratch());
        ProjectionRun forward = new ProjectionRun(
                description, operators, populations[source].forward().spikes(), plan.arena(), plan.size());
        GradientChain chain =
                new GradientChain(plan.arena(), operators, plan.size(), true, true, run.scratch(), workers);
        GradientProjection made = new GradientProjection(forward, chain, null, null, port, null, plan, learns);
        if (learns) {
            target.add(made, name, plan);
            learnedFeedback.put(drawn.name(), made);
        }
        populations[source].ofSpikes().add(made);
        Objects.requireNonNull(populations[source].eligibility()).add(made, target);
        return made;
    }

    /** Returns the learned feedback by name. */
    Map<String, GradientProjection> learnedFeedback() {
        return learnedFeedback;
    }

    private GradientProjection projection(
            int number, ProjectionRun forward, StoredCurrents port, @Nullable GradientNorm norm) {
        Projection declared = plan.network().projections().get(number);
        boolean starts = !(forward.source() instanceof TwoPhaseRun);
        GradientInput input = starts && declared.source() instanceof Input named ? input(named) : null;
        boolean pulls = input == null || input.wantsGradient();
        GradientChain chain;
        try {
            chain = new GradientChain(
                    plan.arena(),
                    forward.chain(),
                    plan.size(),
                    pulls,
                    plan.size().segments() == 1 || forward.description().delay() == 0,
                    run.scratch(),
                    workers);
        } catch (UnsupportedOperationException | IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "projection '" + declared.name() + "': " + failure.getMessage(), failure);
        }
        boolean learns = plan.learned().stream().anyMatch(name -> name.startsWith(declared.name() + "."));
        GradientDropout dropout = starts ? dropouts[number] : null;
        return new GradientProjection(forward, chain, input, dropout, port, norm, plan, learns);
    }

    private GradientInput input(Input input) {
        return inputs[plan.network().inputs().indexOf(input)];
    }

    private GradientPopulation population(Population declared) {
        return populations[plan.network().populations().indexOf(declared)];
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

    /** Returns the norms in the order of projections, from source to target. */
    public List<GradientNorm> norms() {
        return norms;
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

    /** Runs all steps of a window that begins at a step. */
    public void forward(int firstStep) {
        windowStart = firstStep;
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

    /** Reads the states that callers have written. */
    public void takeShown() {
        run.takeShown();
    }

    /** Copies the present states to callers. */
    public void show() {
        run.show();
    }

    /** Runs all steps back. */
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
                for (GradientPopulation population : stages[stage].populations()) {
                    openEligibility(population.eligibility());
                }
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
        closeEligibilities();
    }

    /** Returns true in the last window of a batch, after which no trace is needed. */
    private boolean isLast() {
        GradientRequest.Online online = plan.online();
        return online != null && windowStart + plan.size().steps() == online.steps();
    }

    private void openEligibility(@Nullable Eligibility eligibility) {
        if (eligibility != null) {
            eligibility.before(isLast());
        }
    }

    /** Updates the forward gradients after the gradients of the window. */
    private void closeEligibilities() {
        for (GradientPopulation population : populations) {
            Eligibility eligibility = population.eligibility();
            if (eligibility != null) {
                eligibility.open();
            }
        }
        for (GradientPopulation population : populations) {
            Eligibility eligibility = population.eligibility();
            if (eligibility != null) {
                eligibility.carry(windowStart == 0, isLast(), samples);
            }
        }
    }

    /** Sets the number of samples of the whole batch. */
    public void setSamples(int ofBatch) {
        samples = ofBatch;
    }

    /** Clears memory in parallel: the writes take 0.5 % of a training step of VGG-9. */
    private void begin(int number, int thread) {
        populations[number].begin();
    }

    /** Sums the gradients of an input, projections in order. */
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

    private void requireDropouts() {
        for (Projection projection : plan.network().projections()) {
            Dropout dropout = plan.dropouts().get(projection.name());
            if (dropout != null) {
                dropout.requireFits(plan.network(), projection, plan.learned());
            }
        }
    }

    /** Throws if spikes have another value than 1, now or after learning, and meet rounded weights. */
    private void requireOnes() {
        for (int i = 0; i < plan.network().projections().size(); i++) {
            if (plan.network().projections().get(i).source() instanceof Population source
                    && plan.layout().chain(i).operators().getFirst() instanceof IntegerOperator integers
                    && integers.floats() != null
                    && !plan.layout().carriesOnes(source.name(), plan.learned())) {
                throw new IllegalArgumentException("population '" + source.name()
                        + "' has graded spikes, expected ones where weights of " + integers.type() + " are trained");
            }
        }
    }

    /** Checks dropouts and rounded weights after values were changed elsewhere. */
    public void refresh() {
        requireDropouts();
        requireOnes();
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

    /** Copies the present state of another run. */
    public void takeState(GradientRun other) {
        run.takeState(other.run);
        for (int i = 0; i < populations.length; i++) {
            Eligibility from = other.populations[i].eligibility();
            Eligibility to = populations[i].eligibility();
            if (from != null && to != null) {
                to.takeFrom(from);
            }
        }
    }

    /** Resets the state to zeros. */
    public void reset() {
        run.reset();
        for (GradientPopulation population : populations) {
            Eligibility eligibility = population.eligibility();
            if (eligibility != null) {
                eligibility.reset();
            }
        }
    }

    /** Continues from the state at the end of the window. */
    public void advance() {
        run.advance(plan.size().steps());
    }
}
