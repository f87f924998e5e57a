package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.engine.ComponentPlan;
import dev.spikelane.engine.KeptCurrents;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.ProjectionRun;
import dev.spikelane.engine.RunSize;
import dev.spikelane.engine.SourceRun;
import dev.spikelane.engine.TwoStageRun;
import dev.spikelane.engine.WayBack;
import dev.spikelane.engine.WorkerPool;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Source;
import dev.spikelane.neuron.gradient.NeuronGradient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs a window forward and back: segments of steps, components of populations, threads. */
public final class GradientComponent implements WayBack {

    private final GradientBlueprint plan;
    private final WorkerPool crew;
    /** Of each population. */
    private final NeuronGradient[] neurons;

    private final @Nullable GradientDropout[] dropouts;
    /** The way forward. */
    private final NetworkRun run;

    private final GradientInput[] inputs;
    private final GradientPopulation[] sites;
    /** Of each projection, from target to source. */
    private final List<List<GradientProjection>> parts = new ArrayList<>();

    private final GradientProjection[] terms;
    private final List<GradientNorm> norms = new ArrayList<>();
    private final GradientStage[] stages;

    public GradientComponent(GradientBlueprint plan, Set<String> wantedInputs, WorkerPool crew) {
        Network network = plan.network();
        this.plan = plan;
        this.crew = crew;
        this.neurons = new NeuronGradient[network.populations().size()];
        for (int i = 0; i < neurons.length; i++) {
            neurons[i] = neurons(i);
        }
        this.dropouts = new GradientDropout[network.projections().size()];
        this.run = NetworkRun.ofWindows(plan.layout(), plan.size(), plan.arena(), crew, this);
        this.inputs = new GradientInput[network.inputs().size()];
        for (int i = 0; i < inputs.length; i++) {
            String name = network.inputs().get(i).name();
            inputs[i] = new GradientInput(plan, i, run.input(i), wantedInputs.contains(name), crew);
        }
        this.sites = new GradientPopulation[neurons.length];
        List<ComponentPlan.Component> components = plan.layout().components();
        for (ComponentPlan.Component component : components) {
            for (int number : component.populations()) {
                sites[number] =
                        new GradientPopulation(plan, number, run.site(number), neurons[number], component.steps() == 0);
            }
        }
        for (int i = 0; i < dropouts.length; i++) {
            parts.add(connect(i));
        }
        this.terms = parts.stream().flatMap(List::stream).toArray(GradientProjection[]::new);
        for (GradientPopulation site : sites) {
            site.layOut();
        }
        this.stages = new GradientStage[components.size()];
        for (int i = 0; i < stages.length; i++) {
            ComponentPlan.Component component = components.get(i);
            GradientPopulation[] members = component.populations().stream()
                    .map(number -> sites[number])
                    .toArray(GradientPopulation[]::new);
            stages[i] = new GradientStage(plan.size(), members, run.stage(i), component.steps(), crew);
        }
    }

    private NeuronGradient neurons(int number) {
        Population population = plan.population(number);
        try {
            return NeuronGradient.of(
                    plan.arena(),
                    plan.layout().population(number).inside(),
                    plan.layout().neurons(number),
                    plan.size().batch(),
                    plan.learnedOf(population));
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "population '" + population.name() + "': " + failure.getMessage(), failure);
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
        GradientDropout dropout = new GradientDropout(plan, projection, number, source);
        dropouts[number] = dropout;
        return dropout;
    }

    /** Makes the way back of a projection, which is cut where batches are normalized: the part at its target first. */
    private List<GradientProjection> connect(int number) {
        Projection projection = plan.network().projections().get(number);
        GradientPopulation target = site(projection.target());
        KeptCurrents port = target.kept(projection.port());
        List<GradientProjection> made = new ArrayList<>();
        GradientNorm norm = null;
        int before = norms.size();
        ProjectionRun forward = run.term(number);
        while (forward.source() instanceof TwoStageRun cut) {
            GradientProjection term = term(number, forward, port, norm);
            made.add(term);
            port = new KeptCurrents(plan.arena(), plan.size(), cut.operator().outputs(), projection.delay());
            norm = new GradientNorm(cut, term, port, plan, crew);
            norms.add(before, norm);
            forward = cut.rows();
        }
        GradientProjection first = term(number, forward, port, norm);
        made.add(first);
        target.add(made.getFirst());
        Source from = projection.source();
        from.ofPopulation().ifPresent(population -> {
            GradientPopulation site = site(population);
            from.ofVariable().map(site::ofVariable).orElseGet(site::ofSpikes).add(first);
        });
        return made;
    }

    private GradientProjection term(int number, ProjectionRun forward, KeptCurrents port, @Nullable GradientNorm norm) {
        Projection projection = plan.network().projections().get(number);
        boolean starts = !(forward.source() instanceof TwoStageRun);
        GradientInput input = starts && projection.source() instanceof Input named ? input(named) : null;
        boolean pulls = input == null || input.wantsGradient();
        GradientChain path;
        try {
            path = new GradientChain(
                    plan.arena(),
                    forward.chain().operators(),
                    forward.chain(),
                    plan.size(),
                    pulls,
                    plan.size().segments() == 1 || projection.delay() == 0,
                    run.scratch(),
                    crew);
        } catch (UnsupportedOperationException failure) {
            throw new IllegalArgumentException(
                    "projection '" + projection.name() + "': " + failure.getMessage(), failure);
        }
        boolean learns = plan.learned().stream().anyMatch(name -> name.startsWith(projection.name() + "."));
        GradientDropout dropout = starts ? dropouts[number] : null;
        return new GradientProjection(forward, path, input, dropout, port, norm, plan, learns);
    }

    private GradientInput input(Input input) {
        return inputs[plan.network().inputs().indexOf(input)];
    }

    private GradientPopulation site(Population population) {
        return sites[plan.network().populations().indexOf(population)];
    }

    public GradientInput[] inputs() {
        return inputs;
    }

    public GradientPopulation[] sites() {
        return sites;
    }

    /** The gradients of the weights of a projection's operators, from source to target; null where there are none. */
    public List<@Nullable WeightGradients> weights(int projection) {
        List<@Nullable WeightGradients> all = new ArrayList<>();
        for (GradientProjection term : parts.get(projection).reversed()) {
            all.addAll(Arrays.asList(term.weights()));
        }
        return all;
    }

    /** What normalizes batches, projections in their order, from source to target. */
    public List<GradientNorm> norms() {
        return norms;
    }

    public GradientProjection[] terms() {
        return terms;
    }

    /** Runs all steps of a window that begins at a step. */
    public void forward(int firstStep) {
        plan.layout().requireSteps((long) firstStep + plan.size().steps());
        for (int i = 0; i < norms.size(); i++) {
            norms.get(i).forward().begin(firstStep);
        }
        for (int i = terms.length - 1; i >= 0; i--) {
            terms[i].open(firstStep); // from source to target
        }
        for (GradientPopulation site : sites) {
            site.openWindow(firstStep);
        }
        RunSize size = plan.size();
        for (int segment = 0; segment < size.segments(); segment++) {
            int first = segment * size.segment();
            int count = Math.min(size.segment(), size.steps() - first);
            for (GradientPopulation site : sites) {
                site.open(segment);
            }
            for (GradientStage stage : stages) {
                stage.forward(first, count);
            }
        }
    }

    /** Takes all steps back. */
    public void backward() {
        for (GradientPopulation site : sites) {
            site.begin();
        }
        for (int i = 0; i < norms.size(); i++) {
            norms.get(i).begin();
        }
        RunSize size = plan.size();
        for (int segment = size.segments() - 1; segment >= 0; segment--) {
            int first = segment * size.segment();
            int count = Math.min(size.segment(), size.steps() - first);
            for (GradientPopulation site : sites) {
                site.back(segment, crew);
            }
            for (int i = 0; i < norms.size(); i++) {
                norms.get(i).open(first, count);
            }
            for (GradientPopulation site : sites) {
                site.backward().openTiles();
            }
            for (int stage = stages.length - 1; stage >= 0; stage--) {
                stages[stage].backward(first, count);
            }
            for (GradientProjection term : terms) {
                if (!term.takesTiles()) {
                    term.addWeights(first, count);
                }
            }
            for (GradientInput input : inputs) {
                toInput(input, first, count);
            }
        }
    }

    /** Sums up the gradients of an input: projections in their order. */
    private void toInput(GradientInput input, int first, int count) {
        if (!input.wantsGradient()) {
            return;
        }
        boolean started = false;
        for (GradientProjection term : terms) {
            if (term.input() == input) {
                input.add(term, first, count, started);
                started = true;
            }
        }
    }

    /** Takes notice that values have changed. */
    public void update() {
        for (GradientProjection term : terms) {
            if (term.learns()) {
                term.update();
            }
        }
        for (GradientPopulation site : sites) {
            site.update();
        }
    }

    /** The most bytes that lists of what fires take on the heap, in segments of so many steps and samples. */
    public long listBytes(int steps, int samples) {
        long bytes = Scratch.listBytes(run.scratch());
        for (GradientProjection term : terms) {
            bytes += term.forward().listBytes(samples);
            for (WeightGradients weights : term.weights()) {
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
        for (GradientProjection term : terms) {
            for (WeightGradients weights : term.weights()) {
                bytes += weights == null ? 0 : weights.blockBytes(samples);
            }
        }
        return bytes;
    }

    /** Takes notice that somebody else has changed values. */
    public void refresh() {
        for (GradientProjection term : terms) {
            term.update();
        }
        for (GradientPopulation site : sites) {
            site.refresh();
        }
    }

    /** Takes the state over to which another machine has come. */
    public void takeState(GradientComponent other) {
        run.takeState(other.run);
    }

    /** Goes on from a state of zeros. */
    public void reset() {
        run.reset();
    }

    /** Goes on from the state at the end of the window. */
    public void advance() {
        run.advance(plan.size().steps());
    }
}
