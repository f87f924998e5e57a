package dev.spikelane.train;

import dev.spikelane.connection.operator.OperatorGradient;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.engine.ChainRun;
import dev.spikelane.engine.ComponentPlan;
import dev.spikelane.engine.ComponentRun;
import dev.spikelane.engine.KeptCurrents;
import dev.spikelane.engine.OperatorChain;
import dev.spikelane.engine.PopulationRun;
import dev.spikelane.engine.ProjectionRun;
import dev.spikelane.engine.RunSize;
import dev.spikelane.engine.SignalHistory;
import dev.spikelane.engine.SourceRun;
import dev.spikelane.engine.WorkerPool;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Source;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Runs a window forward and back: segments of steps, components of populations, threads. */
final class GradientMachine {

    private final GradientBlueprint plan;
    private final Scratch[] scratch;
    private final WorkerPool crew;
    private final GradientInput[] inputs;
    private final GradientSite[] sites;
    private final GradientTerm[] terms;
    private final GradientStage[] stages;
    private int addFirst;
    private int addCount;
    private GradientTerm adding;
    private final WorkerPool.Job prepare = this::prepare;
    private final WorkerPool.Job add = this::add;

    GradientMachine(GradientBlueprint plan, Set<String> wantedInputs, WorkerPool crew) {
        Network network = plan.network();
        this.plan = plan;
        this.scratch = Scratch.ofManyRows(plan.arena(), plan.size().threads());
        this.crew = crew;
        this.inputs = new GradientInput[network.inputs().size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = new GradientInput(
                    plan, i, wantedInputs.contains(network.inputs().get(i).name()));
        }
        this.sites = new GradientSite[network.populations().size()];
        this.terms = new GradientTerm[network.projections().size()];
        List<ComponentPlan.Component> components = plan.layout().components();
        for (ComponentPlan.Component component : components) {
            for (int number : component.populations()) {
                sites[number] = site(number, component.steps() == 0);
            }
        }
        for (int i = 0; i < terms.length; i++) {
            terms[i] = connect(i);
        }
        for (GradientSite site : sites) {
            site.layOut();
        }
        this.adding = terms[0];
        PopulationRun[] runs = new PopulationRun[sites.length];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = sites[i].run();
        }
        this.stages = components.stream()
                .map(component -> new GradientStage(
                        plan.size(),
                        component.populations().stream()
                                .map(number -> sites[number])
                                .toArray(GradientSite[]::new),
                        ComponentRun.of(component, runs, plan.arena(), plan.size()),
                        component.steps(),
                        crew))
                .toArray(GradientStage[]::new);
    }

    private GradientSite site(int number, boolean alone) {
        try {
            return new GradientSite(plan, number, alone);
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "population '" + plan.population(number).name() + "': " + failure.getMessage(), failure);
        }
    }

    private GradientTerm connect(int number) {
        Projection projection = plan.network().projections().get(number);
        if (projection.plastic()) {
            throw new IllegalArgumentException("projection '" + projection.name()
                    + "' is plastic and changes by itself, expected one that is learned");
        }
        Source from = projection.source();
        GradientSite target = sites[plan.network().populations().indexOf(projection.target())];
        KeptCurrents port = projection.port().equals(Projection.CURRENT)
                ? target.current()
                : Objects.requireNonNull(target.feedback());
        GradientInput input = from instanceof Input named ? input(named) : null;
        boolean pulls = input == null || input.wantsGradient();
        OperatorChain path = plan.layout().chain(number);
        RunSize size = plan.size();
        ChainRun chain = new ChainRun(path, plan.arena(), size.segment() * size.batch(), scratch);
        GradientPath made;
        try {
            made = new GradientPath(plan.arena(), path.operators(), chain, size, pulls, scratch);
        } catch (UnsupportedOperationException failure) {
            throw new IllegalArgumentException(
                    "projection '" + projection.name() + "': " + failure.getMessage(), failure);
        }
        boolean learns = plan.learned().stream().anyMatch(name -> name.startsWith(projection.name() + "."));
        GradientDropout dropout = plan.dropouts().containsKey(projection.name())
                ? new GradientDropout(plan, projection, number, source(from))
                : null;
        ProjectionRun forward = new ProjectionRun(
                plan.layout().description().projections().get(number),
                chain,
                dropout == null ? source(from) : dropout,
                plan.arena(),
                size.batch(),
                size.threads());
        GradientTerm term = new GradientTerm(forward, made, input, dropout, port, size, learns, plan.arena());
        target.add(term);
        from.ofPopulation().ifPresent(population -> {
            GradientSite site = site(population);
            from.ofVariable().map(site::ofVariable).orElseGet(site::ofSpikes).add(term);
        });
        return term;
    }

    private SourceRun source(Source from) {
        if (from instanceof Input input) {
            return input(input).run();
        }
        GradientSite site = site(from.ofPopulation().orElseThrow());
        SignalHistory<FloatMatrix> values =
                from.ofVariable().map(site.run()::values).orElse(null);
        return values == null ? site.spikes() : values;
    }

    private GradientInput input(Input input) {
        return inputs[plan.network().inputs().indexOf(input)];
    }

    private GradientSite site(Population population) {
        return sites[plan.network().populations().indexOf(population)];
    }

    GradientInput[] inputs() {
        return inputs;
    }

    GradientSite[] sites() {
        return sites;
    }

    GradientTerm[] terms() {
        return terms;
    }

    /** Runs all steps of a window that begins at a step. */
    void forward(int firstStep) {
        for (GradientTerm term : terms) {
            term.open(firstStep);
        }
        for (GradientSite site : sites) {
            site.openWindow(firstStep);
        }
        RunSize size = plan.size();
        for (int segment = 0; segment < size.segments(); segment++) {
            int first = segment * size.segment();
            int count = Math.min(size.segment(), size.steps() - first);
            for (GradientSite site : sites) {
                site.open(segment);
            }
            for (GradientStage stage : stages) {
                stage.forward(first, count);
            }
        }
    }

    /** Takes all steps back. */
    void backward() {
        for (GradientSite site : sites) {
            site.begin();
        }
        for (GradientTerm term : terms) {
            term.clear();
        }
        RunSize size = plan.size();
        for (int segment = size.segments() - 1; segment >= 0; segment--) {
            int first = segment * size.segment();
            int count = Math.min(size.segment(), size.steps() - first);
            for (GradientSite site : sites) {
                site.back(segment);
            }
            for (GradientSite site : sites) {
                GradientTerm term = site.backward().prepareTurns();
                if (term != null) {
                    prepareWeights(term);
                }
            }
            for (int stage = stages.length - 1; stage >= 0; stage--) {
                stages[stage].backward(first, count);
            }
            for (GradientTerm term : terms) {
                if (!term.takesTurns()) {
                    addWeights(term, first, count);
                }
            }
            for (GradientInput input : inputs) {
                toInput(input, first, count);
            }
        }
        for (GradientTerm term : terms) {
            term.finish();
        }
    }

    private void addWeights(GradientTerm term, int first, int count) {
        if (term.prepareWeights(first, count)) {
            addFirst = first;
            addCount = count;
            prepareWeights(term);
            crew.run(add, term.blocks() * term.last().shares());
        }
    }

    private void prepareWeights(GradientTerm term) {
        adding = term;
        for (OperatorGradient last = term.last(); last.parts() > 0; last.nextRound()) {
            crew.run(prepare, last.parts());
        }
    }

    private void prepare(int part, int thread) {
        adding.last().preparePart(part, thread);
    }

    private void add(int part, int thread) {
        int shares = adding.last().shares();
        adding.add(addFirst, addCount, part / shares, part % shares, thread);
    }

    /** Sums up the gradients of an input: projections in their order. */
    private void toInput(GradientInput input, int first, int count) {
        if (!input.wantsGradient()) {
            return;
        }
        boolean started = false;
        for (GradientTerm term : terms) {
            if (term.input() == input) {
                input.add(term, first, count, started);
                started = true;
            }
        }
    }

    /** Takes notice that values have changed. */
    void update() {
        for (GradientTerm term : terms) {
            if (term.learns()) {
                term.update();
            }
        }
        for (GradientSite site : sites) {
            site.update();
        }
    }

    /** The most bytes that lists of what fires take on the heap, in segments of so many steps and samples. */
    long listBytes(int steps, int samples) {
        long bytes = Scratch.listBytes(scratch);
        for (GradientTerm term : terms) {
            bytes += term.forward().listBytes(samples);
            for (OperatorGradient back : term.backs()) {
                bytes += back.listBytes(steps, samples);
            }
        }
        return bytes;
    }

    /** Takes notice that somebody else has changed values. */
    void refresh() {
        for (GradientTerm term : terms) {
            term.update();
        }
        for (GradientSite site : sites) {
            site.refresh();
        }
    }

    /** Takes the state over to which another machine has come. */
    void takeState(GradientMachine other) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].run().takeHistory(other.inputs[i].run());
        }
        for (int i = 0; i < sites.length; i++) {
            sites[i].takeState(other.sites[i]);
        }
    }

    void reset() {
        for (GradientInput input : inputs) {
            input.run().reset();
        }
        for (GradientSite site : sites) {
            site.reset();
        }
    }

    void advance() {
        for (GradientInput input : inputs) {
            input.run().advance(plan.size().steps());
        }
        for (GradientSite site : sites) {
            site.advance();
        }
    }
}
