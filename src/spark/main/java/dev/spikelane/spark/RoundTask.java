package dev.spikelane.spark;

import dev.spikelane.spark.round.RoundRequest;
import dev.spikelane.spark.round.RoundEndpoint;
import dev.spikelane.spark.round.ShardResult;
import dev.spikelane.spark.round.ShardRows;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcTimeout;
import org.apache.spark.util.RpcUtils;
import scala.concurrent.duration.Duration;
import scala.reflect.ClassTag$;

/** Computes the shards of a partition, step after step; {@link RoundEndpoint} sends the work. */
final class RoundTask implements VoidFunction<Iterator<ShardRows>> {

    private static final long serialVersionUID = 1;

    /** Longest wait for a step, which may take long. A lost driver is detected without this timeout. */
    private static final int HOURS = 24;

    private final TrainingPlan plan;
    private final Broadcast<byte[]> model;
    private final int epoch;
    private final String desk;

    RoundTask(TrainingPlan plan, Broadcast<byte[]> model, int epoch, String desk) {
        this.plan = plan;
        this.model = model;
        this.epoch = epoch;
        this.desk = desk;
    }

    @Override
    public void call(Iterator<ShardRows> rows) {
        RequiredJava.check("executor");
        SparkEnv environment = SparkEnv.get();
        RpcEndpointRef driver = RpcUtils.makeDriverRef(desk, environment.conf(), environment.rpcEnv());
        RpcTimeout timeout = new RpcTimeout(Duration.create(HOURS, "hours"), "the length of a training step");
        RoundRequest ask = new RoundRequest(TaskContext.getPartitionId(), -1, List.of());
        ShardRows next = rows.hasNext() ? rows.next() : null;
        while (true) {
            RoundRequest.Work work = RoundRequest.Work.of(
                    driver.askSync(ask.toMessage(), timeout, ClassTag$.MODULE$.<Object[]>apply(Object[].class)));
            if (work.batch() < 0) {
                return;
            }
            ShardRound round = new ShardRound(plan, model, work, epoch);
            List<ShardResult> results = new ArrayList<>();
            for (; next != null && next.batch() <= work.batch(); next = rows.hasNext() ? rows.next() : null) {
                if (next.batch() == work.batch()) {
                    results.add(round.compute(next));
                }
            }
            ask = new RoundRequest(ask.partition(), work.step(), results);
        }
    }
}
