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

/** Runs a window forward and back: segments of steps, components of populations, threads. */
public final class GradientRun implements BackwardNeeds {

    private final GradientRequest plan;
    private final WorkerPool workers;
    /** Of each population. */
    private final NeuronGradient[] neurons;

    private final @Nullable GradientDropout[] dropouts;
    /** The way forward. */
    private final NetworkRun run;

    private final GradientInput[] inputs;
    private final GradientPopulation[] populations;
    /** Of each projection, from target to source. */
    private final List<List<GradientProjection>> parts = new ArrayList<>();

    private final GradientProjection[] projections;
    private final Map<String, GradientProjection> learnedFeedback = new LinkedHashMap<>();
    private final List<GradientNorm> norms = new ArrayList<>();
    private final GradientStage[] stages;
    /** The jobs after a change of weights that are learned. */
    private final Runnable[] updates;
    /** The jobs before these: integers are rounded anew, once for all runs of the same layout. */
    private final Runnable[] roundings;

    /** The first step of the window. */
    private int windowStart;

    /** Samples of the batch of which these are a part. */
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

    /** Makes the way back of a projection, which is cut where batches are normalized: the part at its target first. */
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

    /** Lets gradients of a projection go forward, and back to its source where that is wanted. */
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
        List<Operator> operators = plan.layout().chain(number).operators(); // with those behind a cut
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

    /** Makes projections in place of those to readouts, which go back alone. */
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

    /** The feedback that is learned, by names. */
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

    /** The gradients of the weights of a projection's operators, from source to target; null where there are none. */
    public List<@Nullable WeightGradients> weights(int number) {
        List<@Nullable WeightGradients> all = new ArrayList<>();
        for (GradientProjection projection : parts.get(number).reversed()) {
            all.addAll(Arrays.asList(projection.weights()));
        }
        return all;
    }

    /** The norms, projections in their order, from source to target. */
    public List<GradientNorm> norms() {
        return norms;
    }

    /** The random streams of surrogates and dropouts. */
    public CounterRandom.Draws[] draws() {
        return Stream.concat(
                        Arrays.stream(populations).flatMap(GradientPopulation::draws),
                        Arrays.stream(dropouts).filter(Objects::nonNull).map(GradientDropout::draws))
                .filter(draws -> draws != CounterRandom.Draws.NONE)
                .toArray(CounterRandom.Draws[]::new);
    }

    /**
     * Says how many steps of the window are run, and behind which samples end; without any all have all steps. Fewer
     * steps than the window has leave no state behind it.
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

    /** Takes the values that callers have written to the states that they see. */
    public void takeShown() {
        run.takeShown();
    }

    /** Shows callers the states that populations have come to. */
    public void show() {
        run.show();
    }

    /** Takes all steps back. */
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

    /** Whether a window is the last of a batch, behind which no trace is wanted. */
    private boolean isLast() {
        GradientRequest.Online online = plan.online();
        return online != null && windowStart + plan.size().steps() == online.steps();
    }

    private void openEligibility(@Nullable Eligibility eligibility) {
        if (eligibility != null) {
            eligibility.before(isLast());
        }
    }

    /** Carries gradients on, behind those of the window. */
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

    /** Says how many samples the batch has of which these are a part. */
    public void setSamples(int ofBatch) {
        samples = ofBatch;
    }

    /** Writes zeros: half a percent of a training step of VGG-9. */
    private void begin(int number, int thread) {
        populations[number].begin();
    }

    /** Sums up the gradients of an input: projections in their order. */
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
     * Takes notice that values have changed.
     *
     * @param rounds whether no other run of the same layout has rounded them before
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

    /** Packs weights anew: 4 % of a training step of VGG-9. */
    private void update(int part, int thread) {
        updates[part].run();
    }

    /** The most bytes that lists of spikes take on the heap, in segments of so many steps and samples. */
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

    /** Bytes of the arena that sums of blocks of so many samples take behind the first block. */
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

    /** Throws where spikes carry something else than 1, now or when values are learned, and meet rounded weights. */
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

    /** Takes notice that somebody else has changed values, which dropouts and rounded weights must fit still. */
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

    /** Takes the state over to which another run has come. */
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

    /** Goes on from a state of zeros. */
    public void reset() {
        run.reset();
        for (GradientPopulation population : populations) {
            Eligibility eligibility = population.eligibility();
            if (eligibility != null) {
                eligibility.reset();
            }
        }
    }

    /** Goes on from the state at the end of the window. */
    public void advance() {
        run.advance(plan.size().steps());
    }
}
