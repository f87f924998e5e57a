package dev.spikelane.train;

import dev.spikelane.layout.Crew;
import java.util.Objects;

/** Populations that run together: one without a loop, whose neurons threads share, or those of a loop, which take turns. */
final class GradientStage {

    /**
     * Rows of currents that a thread makes before neurons take them, where it can: as many as products prepare spikes of at a time. Those of a
     * block of neurons are 256 KB.
     */
    private static final int ROWS_IN_TURN = 1_024;

    private final GradientSite[] sites;
    private final int batch;
    private final int turn;
    private final Crew crew;
    private final Crew.Job forward = this::forwardPart;
    private final Crew.Job backward = this::backwardPart;
    private final Crew.Job forwardFrame = this::forwardFrame;
    private final Crew.Job backwardFrame = this::backwardFrame;
    private int first;
    private int count;
    private int blocksInPart;
    private int stepsInTurn;
    private int stepsInPart;
    private final Crew.Job fillSteps = this::fillSteps;

    /**
     * Makes a stage.
     *
     * @param steps steps that the populations of a loop run at a time; 0 for a population without a loop
     */
    GradientStage(GradientSize size, GradientSite[] sites, int steps, Crew crew) {
        this.sites = sites;
        this.batch = size.batch();
        this.turn = steps == 0 ? size.segment() : Math.min(steps, size.segment());
        this.crew = crew;
    }

    void forward(int firstStep, int steps) {
        GradientFrame frame = sites.length == 1 ? sites[0].openFrame() : null;
        if (frame != null) {
            crew.run(forwardFrame, frame.blocks());
            return;
        }
        if (sites.length == 1 && sites[0].shares()) {
            first = firstStep;
            count = steps;
            GradientSite site = sites[0];
            site.prepare(first, count);
            if (site.blocks() < crew.threads() && site.current().fillsAnySteps() && site.feedback() == null) {
                stepsInPart = Math.ceilDiv(count, crew.threads());
                crew.run(fillSteps, Math.ceilDiv(count, stepsInPart));
                site.fire(first, count, 0, site.blocks(), 0);
                return;
            }
            boolean inTurns = site.current().fillsAnySteps() && site.feedback() == null;
            stepsInTurn = inTurns ? Math.clamp(ROWS_IN_TURN / batch, 1, count) : count;
            blocksInPart = Math.ceilDiv(site.blocks(), crew.threads() == 1 ? 1 : 2 * crew.threads());
            crew.run(forward, Math.ceilDiv(site.blocks(), blocksInPart));
            return;
        }
        for (int step = firstStep; step < firstStep + steps; step += turn) {
            int some = Math.min(turn, firstStep + steps - step);
            for (GradientSite site : sites) {
                site.prepare(step, some);
                site.fill(step, some, 0, site.current().blocks(), 0);
                site.fire(step, some, 0, site.blocks(), 0);
            }
        }
    }

    /** Currents of some steps of a narrow population, such as ten classes. */
    private void fillSteps(int part, int thread) {
        int step = first + part * stepsInPart;
        GradientSite site = sites[0];
        site.fill(step, Math.min(stepsInPart, first + count - step), 0, site.blocks(), thread);
    }

    private void forwardPart(int part, int thread) {
        GradientSite site = sites[0];
        int firstBlock = part * blocksInPart;
        int endBlock = Math.min(firstBlock + blocksInPart, site.blocks());
        for (int step = first; step < first + count; step += stepsInTurn) {
            int some = Math.min(stepsInTurn, first + count - step);
            site.fill(step, some, firstBlock, endBlock, thread);
            site.fire(step, some, firstBlock, endBlock, thread);
        }
    }

    void backward(int firstStep, int steps) {
        GradientFrame frame = sites.length == 1 ? sites[0].openFrame() : null;
        if (frame != null) {
            frame.open();
            crew.run(backwardFrame, frame.blocks());
            return;
        }
        if (sites.length == 1 && sites[0].shares()) {
            first = firstStep;
            count = steps;
            sites[0].openOutlets(first, count);
            crew.run(backward, sites[0].parts());
            return;
        }
        int turns = Math.ceilDiv(steps, turn);
        for (int i = turns - 1; i >= 0; i--) {
            int step = firstStep + i * turn;
            int some = Math.min(turn, firstStep + steps - step);
            for (int site = sites.length - 1; site >= 0; site--) {
                sites[site].openOutlets(step, some);
                sites[site].backPart(step, some, 0, 0);
            }
        }
    }

    private void forwardFrame(int block, int thread) {
        Objects.requireNonNull(sites[0].openFrame()).forward(block, thread);
    }

    private void backwardFrame(int block, int thread) {
        Objects.requireNonNull(sites[0].openFrame()).backward(block, thread);
    }

    private void backwardPart(int part, int thread) {
        sites[0].backPart(first, count, part, thread);
    }
}
