package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.kernel.step.DelayLine;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of a population through a segment, in tiles of neurons. Threads share the tiles if neurons are
 * independent.
 */
final class GradientBackward implements WorkerPool.Job {

    private final GradientPopulation population;
    private final RunSize size;
    private final Arena arena;
    /** Number of tiles: equally many for each thread, with block counts that differ by at most one. */
    private final int parts;

    private final OutputGradients[] ofVariables;
    private final SampleViews whole;

    private final @Nullable GradientScratch[] scratch;
    private NeuronBackward[] tiles;
    /** Backward passes of the delay line for each part; empty without a delay line. */
    private DelayLine.Back[] delays = {};
    /** Uses gradients of currents at once if nothing else reads them; null otherwise. */
    private @Nullable WeightGradients weights;
    /** Sums gradients of currents at once if a frame gave the currents and nothing else reads them; null otherwise. */
    private @Nullable GradientFrameSum frameSum;

    private int first;
    private int count;

    GradientBackward(GradientPopulation population, RunSize size, Arena arena, int blocksInTile) {
        this.population = population;
        this.size = size;
        this.arena = arena;
        this.parts = parts(blocksInTile);
        this.ofVariables = population.ofVariables();
        this.whole = new SampleViews(0, size.batch(), size.batch());
        this.scratch = new GradientScratch[population.shares() ? size.threads() : 1];
        this.tiles = tiles();
    }

    private int parts(int blocksInTile) {
        int parts = Math.ceilDiv(population.blocks(), blocksInTile);
        return parts == 1 ? 1 : Math.min(Math.ceilDiv(parts, size.threads()) * size.threads(), population.blocks());
    }

    private NeuronBackward[] tiles() {
        NeuronBackward[] made = new NeuronBackward[parts];
        delays = new DelayLine.Back[population.neurons().delays() ? parts : 0];
        for (int part = 0; part < parts; part++) {
            int first = firstBlock(part) * Long.SIZE;
            int end = Math.min(
                    firstBlock(part + 1) * Long.SIZE, population.declared().size());
            made[part] = population.neurons().tile(first, end - first);
            if (delays.length > 0) {
                delays[part] = population.neurons().delays(first, end - first);
            }
        }
        return made;
    }

    private int firstBlock(int part) {
        return (int) ((long) part * population.blocks() / parts);
    }

    private int blocksInTile() {
        return Math.ceilDiv(population.blocks(), parts);
    }

    int parts() {
        return parts;
    }

    NeuronBackward whole() {
        return tiles[0];
    }

    FloatMatrix[] past() {
        return scratch(0).past;
    }

    /** Prepares for gradients of weights that use gradients of currents a few steps at a time. */
    void openTiles() {
        boolean one = population.shares()
                && population.openFrame() == null
                && !population.neurons().needsCurrents()
                && population.forward().currents().length == 1
                && population.projections().size() == 1;
        GradientProjection only = one ? population.projections().getFirst() : null;
        weights = only == null ? null : only.openTiles(blocksInTile());
        frameSum = only == null ? null : only.openFrameSum();
        for (int thread = 0; thread < scratch.length && takesTurns(); thread++) {
            scratch(thread).ofCurrents();
        }
    }

    /** Returns true if gradients of currents are used at once, so that they need no memory for all steps. */
    private boolean takesTurns() {
        return weights != null || frameSum != null;
    }

    void refresh() {
        tiles = tiles();
    }

    void open(int firstStep, int steps) {
        at(firstStep, steps);
        for (DelayLine.Back each : delays) {
            FloatMatrix before = firstStep == 0 ? population.forward().start().window() : null;
            each.open(population.forward().run().kept().undelayed(), before, size.batch());
        }
        for (int thread = 0; thread < scratch.length; thread++) {
            scratch(thread); // allocates before threads share the work
        }
        if (!population.shares() && population.neurons().needsCurrents()) {
            scratch(0).tiles.at(0, population.blocks());
            again(0, population.blocks(), 0);
        }
    }

    /** Returns the scratch memory of a thread, allocated on first use: a frame needs none. */
    private GradientScratch scratch(int thread) {
        GradientScratch made = scratch[thread];
        if (made == null) {
            boolean[] reached = new boolean[ofVariables.length];
            boolean adds = population.ofSpikes().adds();
            for (int i = 0; i < reached.length; i++) {
                reached[i] = ofVariables[i].mayHaveGradients() && ofVariables[i].givenAlone() == null;
                adds |= ofVariables[i].adds();
            }
            int again = population.neurons().needsCurrents() ? ofVariables.length : 0;
            made = new GradientScratch(arena, size, tile(), population.firesBack(), reached, adds, again);
            scratch[thread] = made;
        }
        return made;
    }

    private Tile tile() {
        return parts == 1
                ? Tile.whole(FloatMatrix.zeros(
                        arena, size.batch(), population.declared().size()))
                : Tile.of(
                        FloatMatrix.zeros(arena, size.batch(), blocksInTile() * Long.SIZE),
                        population.declared().size());
    }

    /** Recomputes the variables of a tile, before each step and after the last. */
    private void again(int firstBlock, int endBlock, int thread) {
        int batch = size.batch();
        NeuronState state = population.forward().states().again();
        GradientScratch into = scratch(thread);
        for (int i = 0; i < ofVariables.length; i++) {
            into.tiles.in(into.past[i]).copyFrom(variable(state, i), 0, 0, batch);
        }
        for (int step = 0; step < count; step++) {
            population.forward().run().kept().run(state, first + step, 1, firstBlock, endBlock, thread);
            for (int i = 0; i < ofVariables.length; i++) {
                Tile past = into.tiles.in(into.past[i]);
                past.copyFrom(variable(state, i), 0, (step + 1) * batch, batch);
            }
        }
    }

    private FloatMatrix variable(NeuronState state, int number) {
        return state.variable(population.forward().variables().get(number));
    }

    void at(int firstStep, int steps) {
        first = firstStep;
        count = steps;
    }

    /** Runs a part of the neurons back through these steps. */
    @Override
    public void run(int part, int thread) {
        GradientScratch own = scratch(thread);
        int firstBlock = firstBlock(part);
        int endBlock = firstBlock(part + 1);
        own.tiles.at(firstBlock, endBlock);
        if (population.shares() && population.neurons().needsCurrents()) {
            again(firstBlock, endBlock, thread);
        }
        WeightGradients taker = weights;
        GradientFrameSum sum = frameSum;
        if (takesTurns() && endBlock * Long.SIZE > population.declared().size()) {
            own.ofCurrents().all().fill(0); // the padding may hold values of other neurons
        }
        for (int behind = count; behind > 0; behind -= size.turn()) {
            int from = Math.max(0, behind - size.turn());
            backSteps(from, behind - from, part, own);
            if (delays.length > 0) {
                back(delays[part], from, behind - from, own, firstBlock);
            }
            if (taker != null) {
                taker.add(own.tiles.addedIn(own.ofCurrents().all()), first + from, first + behind, thread);
            } else if (sum != null) {
                sum.add(own.ofCurrents(), behind - from, own.tiles);
            }
        }
    }

    private void back(DelayLine.Back of, int from, int some, GradientScratch own, int firstBlock) {
        int step = size.inSegment(first + from);
        if (takesTurns()) {
            of.back(own.ofCurrents().all(), 0, firstBlock * Long.SIZE, step, some);
        } else {
            FloatMatrix all = population.forward().currents()[0].all();
            of.back(all, step * size.batch(), 0, step, some);
        }
    }

    void begin() {
        for (DelayLine.Back each : delays) {
            each.begin();
        }
    }

    /** Runs neurons back through a few steps, whose gradients stay in a core's caches. */
    private void backSteps(int from, int some, int part, GradientScratch own) {
        boolean fires = population.firesBack();
        if (fires) {
            population.ofSpikes().gather(from, some, own.ofSpikes, own.added, own.tiles);
        }
        for (int i = 0; i < ofVariables.length; i++) {
            if (ofVariables[i].mayHaveGradients() && ofVariables[i].givenAlone() == null) {
                ofVariables[i].gather(from, some, own.ofVariables[i], own.added, own.tiles);
            }
        }
        NeuronBackward tile = tiles[part];
        for (int step = some - 1; step >= 0; step--) {
            int at = first + from + step;
            for (int i = 0; i < ofVariables.length; i++) {
                if (ofVariables[i].mayHaveGradients()) {
                    StepViews<FloatMatrix> given = ofVariables[i].givenAlone();
                    Tile variable = own.tiles.inWhole(population.carried().of(i));
                    Tile added = given == null
                            ? own.tiles.in(own.ofVariables[i].from(step))
                            : own.given.on(given.from(at)).at(variable);
                    RowSum.add(variable, added, size.batch());
                }
            }
            population
                    .forward()
                    .place(own.step, at, own.past, whole, population.carried().ofSpikes());
            if (takesTurns()) {
                own.step.ofCurrents[0] = own.ofCurrents().all();
                own.step.currentRow = step * size.batch();
            }
            FloatMatrix of = fires ? own.ofSpikes.steps(step, 1) : null;
            if (of != null && population.neurons().feedsOwnSpikes()) {
                RowSum.add(
                        own.tiles.in(of), own.tiles.inWhole(population.carried().ofSpikes()), size.batch());
            }
            population.back(
                    tile, own.step, of, own.distance, population.carried().all(), at, firstBlock(part) * Long.SIZE);
        }
    }
}
