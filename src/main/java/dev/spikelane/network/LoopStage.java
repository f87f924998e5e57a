package dev.spikelane.network;

import java.util.List;

/**
 * Populations that reach each other, and those that are looked at after every step. What comes from elsewhere is computed for a whole block
 * of steps; then the populations take turns, some steps at a time.
 */
final class LoopStage implements Stage {

    private final LoopSite[] sites;
    private final int stepsAtATime;

    LoopStage(List<LoopSite> sites, int stepsAtATime) {
        this.sites = sites.toArray(LoopSite[]::new);
        this.stepsAtATime = stepsAtATime;
    }

    @Override
    public void run(Workers workers, long firstStep, int steps, boolean profiled) {
        for (LoopSite site : sites) {
            site.open(workers, steps, profiled);
        }
        for (int step = 0; step < steps; step += stepsAtATime) {
            int some = Math.min(stepsAtATime, steps - step);
            for (LoopSite site : sites) {
                site.run(firstStep + step, step, some, profiled);
            }
        }
        for (LoopSite site : sites) {
            site.close(firstStep, steps, profiled);
        }
    }
}
