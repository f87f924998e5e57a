package dev.spikelane.train;

import dev.spikelane.layout.Crew;
import java.util.Objects;

/** Populations that run together: one without a loop, whose neurons threads share, or those of a loop, which take turns. */
final class GradientStage {

    private final GradientSite[] sites;
    private final int turn;
    private final Crew crew;
    private final Crew.Job forward = this::forwardPart;
    private final Crew.Job backward = this::backwardPart;
    private final Crew.Job forwardFrame = this::forwardFrame;
    private final Crew.Job backwardFrame = this::backwardFrame;
    private int first;
    private int count;
    private int blocksInPart;

    /**
     * Makes a stage.
     *
     * @param steps steps that the populations of a loop run at a time; 0 for a population without a loop
     */
    GradientStage(GradientSize size, GradientSite[] sites, int steps, Crew crew) {

        this.sites = sites;
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
            blocksInPart = Math.ceilDiv(site.blocks(), 4 * crew.threads());
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

    private void forwardPart(int part, int thread) {
        GradientSite site = sites[0];
        int firstBlock = part * blocksInPart;
        int endBlock = Math.min(firstBlock + blocksInPart, site.blocks());
        site.fill(first, count, firstBlock, endBlock, thread);
        site.fire(first, count, firstBlock, endBlock, thread);
    }

    void backward(int firstStep, int steps) {
        GradientFrame frame = sites.length == 1 ? sites[0].openFrame() : null;
        if (frame != null) {
            crew.run(backwardFrame, frame.blocks());
            frame.close();
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
