package dev.spikelane.train;

import dev.spikelane.engine.WorkerPool;
import java.util.List;
import java.util.Objects;

/** Populations that run together: one without a loop, whose neurons threads share, or those of a loop, which take turns. */
final class GradientStage {

    private final GradientSite[] sites;
    private final GradientSize size;
    private final int turn;
    private final WorkerPool crew;
    private final WorkerPool.Job forward = this::forwardPart;
    private final WorkerPool.Job backward = this::backwardPart;
    private final WorkerPool.Job forwardFrame = this::forwardFrame;
    private final WorkerPool.Job backwardFrame = this::backwardFrame;
    private int first;
    private int count;
    private int blocksInPart;
    private int stepsInTurn;
    private int stepsInPart;
    private final WorkerPool.Job fillSteps = this::fillSteps;
    /** For each population the samples that each thread carries; empty if all samples go together. */
    private final GradientShare[][] shares;

    private final WorkerPool.Job fillAhead = this::fillAhead;
    private final WorkerPool.Job forwardShare = this::forwardShare;
    private final WorkerPool.Job backwardShare = this::backwardShare;

    /**
     * Makes a stage.
     *
     * @param steps steps that the populations of a loop run at a time; 0 for a population without a loop
     */
    GradientStage(GradientSize size, GradientSite[] sites, int steps, WorkerPool crew) {
        this.sites = sites;
        this.size = size;
        this.turn = steps == 0 ? size.segment() : Math.min(steps, size.segment());
        this.crew = crew;
        this.shares = shares(Math.min(crew.threads(), size.batch()));
    }

    private GradientShare[][] shares(int threads) {
        List<GradientSite> all = List.of(sites);
        if (threads == 1 || sites[0].shares() || !all.stream().allMatch(GradientSite::samplesApart)) {
            return new GradientShare[0][];
        }
        GradientShare[][] made = new GradientShare[sites.length][];
        for (int i = 0; i < sites.length; i++) {
            sites[i].ports().fillAhead(source -> all.stream().anyMatch(site -> site.has(source)));
            made[i] = sites[i].share(threads);
        }
        return made;
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
            site.ports().prepare(first, count);
            if (site.blocks() < crew.threads() && site.current().fillsAnySteps() && site.feedback() == null) {
                stepsInPart = Math.ceilDiv(count, crew.threads());
                crew.run(fillSteps, Math.ceilDiv(count, stepsInPart));
                site.forward().fire(first, count, 0, site.blocks(), 0);
                return;
            }
            boolean inTurns = site.current().fillsAnySteps() && site.feedback() == null;
            stepsInTurn = inTurns ? Math.min(size.forwardTurn(), count) : count;
            blocksInPart = Math.ceilDiv(site.blocks(), crew.threads() == 1 ? 1 : 2 * crew.threads());
            crew.run(forward, Math.ceilDiv(site.blocks(), blocksInPart));
            return;
        }
        if (shares.length > 0) {
            forwardShares(firstStep, steps);
            return;
        }
        for (int step = firstStep; step < firstStep + steps; step += turn) {
            int some = Math.min(turn, firstStep + steps - step);
            for (GradientSite site : sites) {
                site.ports().prepare(step, some);
                site.ports().fill(step, some, 0, site.current().blocks(), 0);
                site.forward().fire(step, some, 0, site.blocks(), 0);
            }
        }
    }

    /** Each thread carries its samples through all steps. */
    private void forwardShares(int firstStep, int steps) {
        first = firstStep;
        count = steps;
        for (GradientSite site : sites) {
            site.ports().prepare(first, count);
            site.ports().hold();
        }
        stepsInPart = Math.ceilDiv(count, crew.threads());
        crew.run(fillAhead, Math.ceilDiv(count, stepsInPart));
        crew.run(forwardShare, shares[0].length);
        for (GradientShare[] share : shares) {
            for (GradientShare of : share) {
                of.close();
            }
        }
    }

    private void fillAhead(int part, int thread) {
        int step = first + part * stepsInPart;
        for (GradientSite site : sites) {
            site.ports().fillAhead(step, Math.min(stepsInPart, first + count - step), thread);
        }
    }

    private void forwardShare(int share, int thread) {
        for (GradientShare[] ofSite : shares) {
            ofSite[share].open();
        }
        for (int step = first; step < first + count; step++) {
            for (GradientShare[] ofSite : shares) {
                ofSite[share].forward(step, thread);
            }
        }
    }

    private void backwardShare(int share, int thread) {
        for (GradientShare[] ofSite : shares) {
            ofSite[share].openBack(first, count);
        }
        for (int step = first + count - 1; step >= first; step--) {
            for (int site = sites.length - 1; site >= 0; site--) {
                shares[site][share].back(step);
            }
        }
        for (GradientShare[] ofSite : shares) {
            ofSite[share].closeBack();
        }
    }

    /** Currents of some steps of a narrow population, such as ten classes. */
    private void fillSteps(int part, int thread) {
        int step = first + part * stepsInPart;
        GradientSite site = sites[0];
        site.ports().fill(step, Math.min(stepsInPart, first + count - step), 0, site.blocks(), thread);
    }

    private void forwardPart(int part, int thread) {
        GradientSite site = sites[0];
        int firstBlock = part * blocksInPart;
        int endBlock = Math.min(firstBlock + blocksInPart, site.blocks());
        for (int step = first; step < first + count; step += stepsInTurn) {
            int some = Math.min(stepsInTurn, first + count - step);
            site.ports().fill(step, some, firstBlock, endBlock, thread);
            site.forward().fire(step, some, firstBlock, endBlock, thread);
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
            crew.run(backward, sites[0].backward().parts());
            return;
        }
        if (shares.length > 0) {
            first = firstStep;
            count = steps;
            crew.run(backwardShare, shares[0].length);
            return;
        }
        int turns = Math.ceilDiv(steps, turn);
        for (int i = turns - 1; i >= 0; i--) {
            int step = firstStep + i * turn;
            int some = Math.min(turn, firstStep + steps - step);
            for (int site = sites.length - 1; site >= 0; site--) {
                sites[site].openOutlets(step, some);
                sites[site].backward().backPart(step, some, 0, 0);
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
        sites[0].backward().backPart(first, count, part, thread);
    }
}
