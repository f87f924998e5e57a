package dev.spikelane.engine;

import dev.spikelane.description.PopulationDescription;
import dev.spikelane.equation.EquationParameters;
import dev.spikelane.kernel.step.NeuronText;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A population laid out in memory, with its present parameters. */
public final class BoundPopulation {

    private final PopulationDescription population;
    private final NeuronGroup neurons;
    private Neuron neuron;
    private Neuron inside;
    /** Parameters of the neurons; null if the neurons feed back to themselves. */
    private final @Nullable EquationParameters parameters;
    /** Spare arrays, for parameters that can change in place. */
    private final Map<String, float[]> others = new LinkedHashMap<>();

    /** True if the models do not have the neurons' present values yet. */
    private boolean stale;

    private BoundPopulation(PopulationDescription population, Neuron neuron, Neuron inside, NeuronGroup neurons) {
        this.population = population;
        this.neuron = neuron;
        this.inside = inside;
        this.neurons = neurons;
        NeuronText text = steps(neurons).text();
        this.parameters = text == null ? null : text.parameters();
    }

    static BoundPopulation of(Arena arena, PopulationDescription population, Neuron neuron, boolean fed) {
        Neuron inside = inside(population.shape(), neuron);
        return new BoundPopulation(population, neuron, inside, bind(arena, inside, population, fed));
    }

    private static NeuronGroup bind(Arena arena, Neuron inside, PopulationDescription population, boolean fed) {
        Shape shape = population.shape();
        Neuron own =
                inside instanceof EquationNeuron noisy ? noisy.withSeed(seed(noisy.seed(), population.name())) : inside;
        return fed ? own.bindPorts(arena, shape) : own.bind(arena, shape);
    }

    /** Returns a different seed for each name, so that populations of the same neuron draw different noise. */
    private static long seed(long seed, String name) {
        long own = seed;
        for (int i = 0; i < name.length(); i++) {
            own = CounterRandom.rowKey(own, name.charAt(i), i);
        }
        return own;
    }

    /** Returns the neurons, which take feedback if projections enter that port. */
    public NeuronGroup neurons() {
        return neurons;
    }

    /** Returns the steps of neurons whose currents are in tiles; every group of neurons supports them. */
    @SuppressWarnings("unchecked") // there is one kind of state
    public static PortSteps<NeuronState> steps(NeuronGroup neurons) {
        return (PortSteps<NeuronState>) neurons;
    }

    /** Returns the model with its present parameters, in torch's order. */
    public synchronized Neuron neuron() {
        renew();
        return neuron;
    }

    /** Returns the model with its present parameters, in the order of the rows. */
    public synchronized Neuron inside() {
        renew();
        return inside;
    }

    /** Creates neurons that compute this step without its reset. */
    NeuronGroup beforeReset(Arena arena) {
        return bind(arena, inside().beforeReset(), population, neurons.ports().size() > 1);
    }

    /**
     * Sets parameters of the neurons in place. The models are updated when they are next read.
     *
     * @param network owner of this population; its weights follow the value of spikes
     * @param change as many values of each parameter as there are now
     * @return false if nothing was set: the neurons have a parameter in another form, or their model refuses the values
     * @throws IllegalArgumentException if weights do not take the value of spikes; nothing is changed then
     */
    synchronized boolean set(LaidOutNetwork network, ParameterChange change) {
        List<String> names = change.names();
        EquationParameters own = parameters;
        for (int i = 0; i < names.size(); i++) {
            float[] next = own == null ? null : others(own).get(names.get(i));
            if (next == null || next.length != change.values().get(i).columns()) {
                return false;
            }
            for (int row = 0; row < next.length; row++) {
                int torch = TorchLayout.torch(population.shape(), row, next.length);
                next[row] = change.values().get(i).get(0, torch);
            }
        }
        if (own == null) {
            return false;
        }
        exchange(own, names);
        if (!own.areNumbers() || !keepsSynapse(own)) {
            exchange(own, names);
            return false;
        }
        if (names.contains(NeuronGradient.SPIKE_FACTOR) && own.has(EquationParameters.CARRIES)) {
            try {
                network.setSpikeValue(change.population(), own.values(EquationParameters.CARRIES));
            } catch (IllegalArgumentException refused) {
                exchange(own, names);
                network.setSpikeValue(change.population(), own.values(EquationParameters.CARRIES));
                throw refused;
            }
        }
        stale = true;
        return true;
    }

    /** Returns the spare arrays, and allocates them at the first call. */
    private Map<String, float[]> others(EquationParameters of) {
        if (others.isEmpty()) {
            for (String name : NeuronGradient.learnable(inside)) {
                if (of.has(name)) {
                    others.put(name, of.values(name).clone());
                }
            }
        }
        return others;
    }

    /** Swaps some parameters of the neurons with their spare arrays. */
    private void exchange(EquationParameters own, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            float[] other = Objects.requireNonNull(others.get(names.get(i)));
            float[] now = own.values(names.get(i));
            for (int j = 0; j < now.length; j++) {
                float value = now[j];
                now[j] = other[j];
                other[j] = value;
            }
        }
        own.update();
    }

    /** Returns true unless neurons with a synapse would lose it. */
    private boolean keepsSynapse(EquationParameters own) {
        if (!(inside instanceof Lif) || !own.has("synapse")) {
            return true;
        }
        boolean keeps = false;
        for (float share : own.values("synapse")) {
            keeps |= share != 0;
        }
        return keeps;
    }

    /** Copies the neurons' values into the models. */
    private void renew() {
        EquationParameters own = parameters;
        if (!stale || own == null) {
            return;
        }
        Map<String, Parameter> inTorch = new LinkedHashMap<>();
        for (String name : others.keySet()) {
            inTorch.put(name, Parameter.of(TorchLayout.torch(population.shape(), own.values(name))));
        }
        neuron = neuron.withParameters(inTorch);
        inside = inside(population.shape(), neuron);
        stale = false;
    }

    /** Returns the model, with parameters of single neurons in the order of the rows. */
    private static Neuron inside(Shape shape, Neuron neuron) {
        if (!TorchLayout.differs(shape)) {
            return neuron;
        }
        Map<String, Parameter> arranged = new LinkedHashMap<>();
        neuron.parameters().forEach((name, values) -> {
            if (values.count() == shape.size()) {
                arranged.put(name, Parameter.of(TorchLayout.inside(shape, values.values())));
            }
        });
        return neuron.withParameters(arranged);
    }
}
