package dev.spikelane.spark.round;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.rpc.RpcAddress;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.ThreadSafeRpcEndpoint;
import org.jspecify.annotations.Nullable;
import scala.PartialFunction;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * The driver's endpoint from which the tasks of an epoch request work, over Spark's connections between executors and
 * driver, like Spark's barriers. If an executor is lost, Spark restarts its task, which receives the work of the
 * unfinished step.
 */
public final class RoundEndpoint implements ThreadSafeRpcEndpoint {

    /** The answer that ends a task. */
    private static final RoundRequest.Work END = new RoundRequest.Work(-1, -1, new int[0], new byte[0]);

    private final RpcEnv environment;
    private final int partitions;
    /**
     * Waiting tasks by partition. A partition has several if Spark runs a task speculatively or an executor was lost.
     */
    private final Map<Integer, List<RpcCallContext>> waiting = new HashMap<>();

    /** Addresses of the working tasks, by partition. */
    private final Map<Integer, RpcAddress> working = new HashMap<>();

    private final Map<Integer, List<ShardResult>> done = new HashMap<>();
    private RoundRequest.@Nullable Work work;
    private boolean ended;

    public RoundEndpoint(RpcEnv environment, int partitions) {
        this.environment = environment;
        this.partitions = partitions;
    }

    @Override
    public RpcEnv rpcEnv() {
        return environment;
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext context) {
        return new AbstractPartialFunction<>() {

            @Override
            public boolean isDefinedAt(Object message) {
                return message instanceof Object[];
            }

            @Override
            public BoxedUnit apply(Object message) {
                ask(RoundRequest.of((Object[]) message), context);
                return BoxedUnit.UNIT;
            }
        };
    }

    private synchronized void ask(RoundRequest ask, RpcCallContext context) {
        RoundRequest.Work now = work;
        if (now != null && ask.step() == now.step()) {
            working.remove(ask.partition());
            done.putIfAbsent(ask.partition(), ask.results());
            notifyAll();
        }
        if (ended) {
            context.reply(END.toMessage());
        } else if (now != null && !done.containsKey(ask.partition())) {
            working.put(ask.partition(), context.senderAddress());
            context.reply(now.toMessage());
        } else {
            waiting.computeIfAbsent(ask.partition(), _ -> new ArrayList<>()).add(context);
        }
    }

    @Override
    public synchronized void onDisconnected(RpcAddress lost) {
        working.values().removeIf(lost::equals);
    }

    public synchronized void publish(RoundRequest.Work next) {
        work = next;
        done.clear();
        working.clear();
        waiting.forEach((partition, contexts) -> contexts.forEach(context -> {
            working.put(partition, context.senderAddress());
            context.reply(next.toMessage());
        }));
        waiting.clear();
    }

    /** Waits for some milliseconds; returns true if all tasks have finished the step. */
    public synchronized boolean await(long milliseconds) throws InterruptedException {
        if (done.size() < partitions) {
            wait(milliseconds);
        }
        return done.size() == partitions;
    }

    /** Returns true if no task computes an unfinished partition. */
    public synchronized boolean isShort() {
        return working.size() + done.size() < partitions;
    }

    public synchronized List<ShardResult> results() {
        List<ShardResult> all = new ArrayList<>();
        done.values().forEach(all::addAll);
        return all;
    }

    public synchronized void end() {
        ended = true;
        waiting.values().forEach(contexts -> contexts.forEach(context -> context.reply(END.toMessage())));
        waiting.clear();
    }
}
