package dev.spikelane.spark;

import java.util.Locale;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** What Spark itself says of the time of tasks, in milliseconds, since the last call of {@link #text}. */
final class TaskTimes extends SparkListener {

    private int tasks;
    private int jobs;
    private long whole;
    private long deserialize;
    private long run;
    private long serialize;
    private long garbage;
    private long toLaunch;
    private long fromFinish;
    private long started;
    private long finished;

    @Override
    public synchronized void onJobStart(SparkListenerJobStart job) {
        started = job.time();
        jobs++;
        finished = 0;
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd task) {
        tasks++;
        whole += task.taskInfo().finishTime() - task.taskInfo().launchTime();
        toLaunch += task.taskInfo().launchTime() - started;
        finished = Math.max(finished, task.taskInfo().finishTime());
        deserialize += task.taskMetrics().executorDeserializeTime();
        run += task.taskMetrics().executorRunTime();
        serialize += task.taskMetrics().resultSerializationTime();
        garbage += task.taskMetrics().jvmGCTime();
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd job) {
        fromFinish += job.time() - finished;
    }

    synchronized String text() {
        String text = String.format(
                Locale.ROOT,
                "  tasks %d: to launch %.1f, launch to finish %.1f, of which deserialization %.1f, run %.1f (gc %.1f),"
                        + " serialization %.1f; then to the end of the job %.1f",
                tasks,
                mean(toLaunch),
                mean(whole),
                mean(deserialize),
                mean(run),
                mean(garbage),
                mean(serialize),
                fromFinish / (double) Math.max(1, jobs));
        tasks = 0;
        jobs = 0;
        whole = 0;
        deserialize = 0;
        run = 0;
        serialize = 0;
        garbage = 0;
        toLaunch = 0;
        fromFinish = 0;
        return text;
    }

    private double mean(long sum) {
        return sum / (double) Math.max(1, tasks);
    }
}
