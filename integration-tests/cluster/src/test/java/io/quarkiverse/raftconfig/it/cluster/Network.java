package io.quarkiverse.raftconfig.it.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Between the replicas of one cluster: a {@link Relay} from each to each, and a {@link Lane} for what each sends to each. */
final class Network implements AutoCloseable {
    private final Map<String, Lane> lanes = new TreeMap<>();
    private final List<Relay> relays = new ArrayList<>();

    /** Opens the relay by which {@code from} reaches {@code to}: a {@link Cluster.Wiring}. */
    int relay(String from, String to, int peerPort) {
        var relay = new Relay(peerPort, lane(from, to), lane(to, from));
        relays.add(relay);
        return relay.port();
    }

    private Lane lane(String from, String to) {
        return lanes.computeIfAbsent(from + to, key -> new Lane(key.hashCode()));
    }

    /** What {@code from} sends to {@code to} does not arrive. */
    void cut(Replica from, Replica to) {
        lane(from.id(), to.id()).cut();
    }

    /** It hears nobody, and is heard. */
    void deafen(Replica replica, List<Replica> others) {
        others.forEach(other -> cut(other, replica));
    }

    /** Nobody hears it, and it hears all. */
    void mute(Replica replica, List<Replica> others) {
        others.forEach(other -> cut(replica, other));
    }

    void isolate(Replica replica, List<Replica> others) {
        deafen(replica, others);
        mute(replica, others);
    }

    /** On every way. */
    void delay(Duration least, Duration most) {
        lanes.values().forEach(lane -> lane.delay(least, most));
    }

    /** To and from one replica. */
    void slow(Replica replica, List<Replica> others, Duration delay, long bytesPerSecond) {
        for (Replica other : others) {
            for (Lane lane : List.of(lane(replica.id(), other.id()), lane(other.id(), replica.id()))) {
                lane.delay(delay, delay);
                lane.throttle(bytesPerSecond);
            }
        }
    }

    /** Every connection breaks; new ones are taken. */
    void reset() {
        relays.forEach(Relay::reset);
    }

    /** What is on the connections of now arrives late, behind what goes over new ones. */
    void hold() {
        relays.forEach(Relay::hold);
    }

    void heal() {
        lanes.values().forEach(Lane::heal);
        relays.forEach(Relay::release);
    }

    @Override
    public void close() {
        heal();
        relays.forEach(Relay::close);
    }
}
