package dev.spikelane.engine;

import dev.spikelane.connection.operator.IntegerOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PlasticOperator;
import dev.spikelane.connection.operator.RoundedFloats;
import dev.spikelane.connection.operator.TwoStageOperator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.connection.operator.sparse.EventLists;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.PopulationDescription;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.engine.plastic.RuleValues;
import dev.spikelane.engine.thread.UseLocks;
import dev.spikelane.engine.thread.ValueGuard;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.integer.RoundedWeights;
import dev.spikelane.loop.Loop;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.gradient.NeuronGradient;
import java.lang.foreign.Arena;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A network laid out in memory: operators and neurons bound to shapes, the order in which populations run, and the
 * owner of each value.
 */
public final class LaidOutNetwork {

    private final NetworkDescription description;
    private final ComponentPlan plan;
    private final BoundPopulation[] populations;
    private final OperatorChain[] chains;
    private final Map<String, Values> values;
    private final int mostSteps;
    private int series;
    private final List<WeakReference<NetworkRun>> runs;
    private final List<WeakReference<EventLists>> lists;
    /** Compiled loops of rules by signature; later simulations reuse them once C2 has compiled them. */
    final Map<String, Loop> ruleLoops;

    private final UseLocks turns;
    private final ValueGuard guard;

    /**
     * Lays a network out.
     *
     * @throws IllegalArgumentException if a parameter or a connection does not fit, or two matrices have one name
     * @throws IllegalStateException if projections without delay form a cycle
     */
    public LaidOutNetwork(Arena arena, NetworkDescription description) {
        this.description = description;
        this.plan = ComponentPlan.of(description);
        this.populations = new BoundPopulation[description.populations().size()];
        for (int i = 0; i < populations.length; i++) {
            populations[i] = bind(arena, i);
        }
        this.chains = new OperatorChain[description.projections().size()];
        for (int i = 0; i < chains.length; i++) {
            chains[i] = chain(arena, i);
            requireRule(i);
        }
        this.values = Collections.unmodifiableMap(named());
        this.mostSteps = steps();
        this.runs = new ArrayList<>();
        this.lists = new ArrayList<>();
        this.ruleLoops = new ConcurrentHashMap<>();
        this.turns = new UseLocks();
        this.guard = new ValueGuard(turns);
    }

    private LaidOutNetwork(LaidOutNetwork same, NetworkDescription description, OperatorChain[] chains) {
        this.description = description;
        this.plan = same.plan;
        this.populations = same.populations;
        this.chains = chains;
        this.values = same.values;
        this.mostSteps = same.mostSteps;
        this.series = same.series;
        this.runs = same.runs;
        this.lists = same.lists;
        this.ruleLoops = same.ruleLoops;
        this.turns = same.turns;
        this.guard = same.guard;
    }

    /** Returns the same network in the same memory as this one; its runs read its own values and change none. */
    public LaidOutNetwork fixed() {
        boolean plastic = description.projections().stream().anyMatch(ProjectionDescription::plastic);
        return plastic ? new LaidOutNetwork(this, description.fixed(), chains) : this;
    }

    /** Returns a network with this one's values, and other operators in its projections. */
    public LaidOutNetwork withChains(IntFunction<OperatorChain> others) {
        OperatorChain[] made =
                IntStream.range(0, chains.length).mapToObj(others).toArray(OperatorChain[]::new);
        return new LaidOutNetwork(this, description, made);
    }

    /** Returns the integers that are rounded from weights now, by the names of the weights. */
    public Map<String, IntegerMatrix> roundedIntegers() {
        Map<String, IntegerMatrix> all = new LinkedHashMap<>();
        for (OperatorChain chain : chains) {
            for (int place = 0; place < chain.operators().size(); place++) {
                if (chain.operators().get(place) instanceof IntegerOperator each && each.floats() != null) {
                    String name = chain.owners().get(place) + "." + ValueDescription.WEIGHT;
                    all.put(name, each.floats().integers(each.type()));
                }
            }
        }
        return all;
    }

    /** Returns the roundings of weights to integers, which must run after each change of their floats. */
    public Stream<RoundedWeights> roundings() {
        return Arrays.stream(chains)
                .flatMap(chain -> chain.operators().stream())
                .map(operator -> operator instanceof IntegerOperator integers ? integers.floats() : null)
                .filter(Objects::nonNull)
                .map(RoundedFloats::rounding);
    }

    private BoundPopulation bind(Arena arena, int number) {
        PopulationDescription population = description.populations().get(number);
        try {
            return BoundPopulation.of(arena, population, population.neuron(), isFed(number));
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "population '" + population.name() + "': " + failure.getMessage(), failure);
        }
    }

    private OperatorChain chain(Arena arena, int number) {
        ProjectionDescription projection = description.projections().get(number);
        Parameter spikeValue = projection.source() instanceof SourceDescription.OfSpikes spikes
                ? populations[spikes.population()].inside().spikeValue()
                : Parameter.of(1);
        try {
            OperatorChain chain = OperatorChain.bind(arena, description.operators(number), spikeValue);
            int greatest = projection.source() instanceof SourceDescription.OfVariable of
                    ? description.populations().get(of.population()).neuron().greatest(of.variable())
                    : 0;
            if (greatest > 0) {
                chain.operators().getFirst().takeWholeNumbers(greatest);
            }
            return chain;
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "projection '" + projection.name() + "': " + failure.getMessage(), failure);
        } catch (OutOfMemoryError failure) {
            OutOfMemoryError named =
                    new OutOfMemoryError("projection '" + projection.name() + "': " + failure.getMessage());
            named.initCause(failure);
            throw named;
        }
    }

    /** Throws if a projection has a rule that cannot change it, or that reads variables that the neurons lack. */
    private void requireRule(int number) {
        ProjectionDescription declared = description.projections().get(number);
        if (!declared.plasticity().isRule()) {
            return;
        }
        PopulationDescription target = description.populations().get(declared.target());
        List<Operator> operators = chains[number].operators();
        boolean spikes = !(declared.source() instanceof SourceDescription.OfVariable);
        String refusal = "";
        if (operators.size() == 1
                && operators.getFirst() instanceof PlasticOperator<?> plastic
                && plastic.outputs() == target.size()) {
            refusal = plastic.refusesRules();
        }
        if (!spikes || refusal != null) {
            throw new IllegalArgumentException("projection '" + declared.name() + "' has a rule and is "
                    + (spikes ? declared.describePath() + refusal : "from a variable")
                    + ", expected one dense connection, one convolution of floats, not transposed, or one sparse"
                    + " connection with a stored float for each synapse, of spikes to neurons of one current");
        }
        for (String each : RuleValues.ofTarget(declared.plasticity())) {
            if (!target.neuron().variables().contains(target.neuron().variable(each))) {
                throw new IllegalArgumentException("projection '" + declared.name() + "' has a rule that reads '" + each
                        + "' of population '" + target.name() + "', expected one of "
                        + target.neuron().variables());
            }
        }
    }

    /** Returns true if weights change after each step. */
    boolean hasRules() {
        return description.projections().stream()
                .anyMatch(each -> each.plasticity().isRule());
    }

    private boolean isFed(int population) {
        return description.enters(population, Neuron.FEEDBACK);
    }

    /** Returns the description. */
    public NetworkDescription description() {
        return description;
    }

    /** Returns the components, every source before its targets. */
    public List<ComponentPlan.Component> components() {
        return plan.components();
    }

    /**
     * Returns the lists of synapses of some sources. All runs share them until weights change. Memory for all of them
     * is reserved before the first is laid out.
     */
    List<EventLists> eventLists(List<List<EventLists.Part>> sources, int blocks, WorkerPool workers) {
        synchronized (lists) {
            lists.removeIf(known -> known.refersTo(null));
            List<EventLists> all = new ArrayList<>();
            List<EventLists> made = new ArrayList<>();
            for (List<EventLists.Part> parts : sources) {
                EventLists known = lists.stream()
                        .map(WeakReference::get)
                        .filter(each -> each != null && each.isOf(parts, blocks))
                        .findFirst()
                        .orElse(null);
                if (known == null) {
                    known = new EventLists(parts, blocks, workers.threads());
                    made.add(known);
                }
                all.add(known);
            }
            EventLists.requireMemory(made);
            for (EventLists each : made) {
                workers.run(each);
                lists.add(new WeakReference<>(each));
            }
            return all;
        }
    }

    /** Returns the operators of a projection, with the network's own weights. */
    public OperatorChain chain(int projection) {
        return chains[projection];
    }

    /**
     * Returns the number of steps that the network can run from a reset on: connections may have values for no more.
     */
    public int mostSteps() {
        return mostSteps;
    }

    /** Throws if a connection has no values for the last of these steps, counted from a reset. */
    public void requireSteps(long end) {
        if (end > mostSteps) {
            throw new IllegalArgumentException("step " + (end - 1) + " is behind the last of a connection that has"
                    + " values for " + mostSteps + " steps, expected at most so many steps from a reset on");
        }
    }

    /** Returns the number of steps that must run at once; 0 if any number may. */
    public int series() {
        return series;
    }

    /** Throws if a connection needs another number of steps at once than are given. */
    public void requireSeries(int steps, int... lengths) {
        boolean fits = series == 0 || steps == series;
        for (int length : lengths) {
            fits &= series == 0 || length == series;
        }
        if (!fits) {
            throw new IllegalArgumentException("a connection takes " + series + " steps together, and gets "
                    + (lengths.length == 0 ? steps : "other lengths") + ", expected a run of " + series
                    + " steps behind a reset");
        }
    }

    private int steps() {
        int most = Integer.MAX_VALUE;
        for (OperatorChain chain : chains) {
            for (Operator operator : chain.operators()) {
                if (operator instanceof TwoStageOperator stepped && stepped.steps() > 0) {
                    most = Math.min(most, stepped.steps());
                    series = stepped.joint() ? stepped.steps() : series;
                }
            }
        }
        return most;
    }

    /** Returns a population with its present parameters. */
    public BoundPopulation population(int number) {
        return populations[number];
    }

    /** Returns the neurons of a population with their present parameters. */
    public NeuronGroup neurons(int population) {
        return populations[population].neurons();
    }

    /** Returns true if a projection multiplies the bits of whole numbers. */
    public boolean multipliesBits(String projection) {
        return IntStream.range(0, chains.length)
                .anyMatch(i -> description.projections().get(i).name().equals(projection)
                        && chains[i].operators().getFirst().multipliesBits());
    }

    /**
     * Returns true if the value of a population's spikes is 1, and stays 1 while values of these names are learned.
     */
    public boolean carriesOnes(String population, Set<String> learned) {
        for (int i = 0; i < populations.length; i++) {
            if (description.populations().get(i).name().equals(population)) {
                Neuron neuron = populations[i].inside();
                Neuron changed = learned.contains(population + "." + NeuronGradient.SPIKE_FACTOR)
                        ? neuron.withParameter(NeuronGradient.SPIKE_FACTOR, Parameter.of(2))
                        : neuron;
                return neuron.spikeValue().isAlways(1) && changed.spikeValue().isAlways(1);
            }
        }
        throw new IllegalArgumentException("there is no population '" + population + "'");
    }

    /** Returns all values by name: projections first, then populations. */
    public Map<String, Values> values() {
        return values;
    }

    /** Returns the guard that lets values change while no simulation runs. */
    public ValueGuard guard() {
        return guard;
    }

    /** Returns a number that grows with every change of values. */
    public long version() {
        return guard.version();
    }

    /** Returns the locks of all objects that compute with the values. */
    public UseLocks turns() {
        return turns;
    }

    /** Registers a run, which is asked if it is busy before values change. */
    void register(NetworkRun run) {
        synchronized (runs) {
            runs.removeIf(known -> known.refersTo(null));
            runs.add(new WeakReference<>(run));
        }
        turns.register(run.turn());
    }

    /** Replaces a projection's operators in runs created later; tests use this to observe threads. */
    public void replaceOperators(int projection, UnaryOperator<Operator> change) {
        chains[projection] = new OperatorChain(
                chains[projection].operators().stream().map(change).toList(), chains[projection].owners());
    }

    /**
     * Sets parameters of neurons in place, without allocation. The neurons' rows, and weights times the value of
     * spikes, follow. The population gets other {@link #neurons} if the present ones do not hold such parameters.
     * Values are refused if the model refuses them, or if they would change the neurons' variables, as a synapse of 0
     * does.
     */
    public void setParameters(ParameterChange change) {
        BoundPopulation population = populations[change.population()];
        if (population.set(this, change)) {
            return;
        }
        Map<String, Parameter> together = new LinkedHashMap<>();
        for (int i = 0; i < change.names().size(); i++) {
            together.put(
                    change.names().get(i), Parameter.of(change.values().get(i).toArray()));
        }
        rebind(change.population(), population.neuron().withParameters(together));
    }

    /**
     * Gives a population a model with other parameters. Its states stay, so the model must have the same variables.
     */
    void rebind(int population, Neuron neuron) {
        List<String> variables = populations[population].inside().variables();
        if (!neuron.variables().equals(variables)) {
            throw new IllegalArgumentException("neurons of population '"
                    + description.populations().get(population).name() + "' would have the variables "
                    + neuron.variables() + ", expected " + variables + ", which states hold: " + neuron);
        }
        BoundPopulation changed = BoundPopulation.of(
                NativeMemory.ofAuto(), description.populations().get(population), neuron, isFed(population));
        Parameter spikeValue = changed.inside().spikeValue();
        Parameter before = populations[population].inside().spikeValue();
        if (!spikeValue.equals(before)) {
            try {
                setSpikeValue(population, spikeValue.values());
            } catch (IllegalArgumentException refused) {
                setSpikeValue(population, before.values());
                throw refused;
            }
        }
        populations[population] = changed;
    }

    /** Sets the value of a population's spikes: one value, or one for each neuron in the order of the rows. */
    void setSpikeValue(int population, float[] carried) {
        for (int i = 0; i < chains.length; i++) { // training steps call this: it must not allocate
            if (description.projections().get(i).source() instanceof SourceDescription.OfSpikes spikes
                    && spikes.population() == population) {
                chains[i].operators().getFirst().setSpikeValue(carried);
                if (description.projections().get(i).plastic()) {
                    setSpikeValueOfCopies(i, carried);
                }
            }
        }
    }

    /** Passes the value to runs, which have their own copies of plastic projections. */
    private void setSpikeValueOfCopies(int projection, float[] carried) {
        synchronized (runs) {
            for (WeakReference<NetworkRun> each : runs) {
                NetworkRun run = each.get();
                if (run != null) {
                    run.setSpikeValue(projection, carried);
                }
            }
        }
    }

    private Map<String, Values> named() {
        Map<String, Values> all = new LinkedHashMap<>();
        for (int i = 0; i < chains.length; i++) {
            chains[i].addValues(all);
        }
        for (int i = 0; i < populations.length; i++) {
            for (NamedValues each : description.parameters(i)) {
                OperatorChain.put(
                        all,
                        each.name(),
                        new PopulationValues(this, i, each.declared().name()));
            }
        }
        return all;
    }
}
