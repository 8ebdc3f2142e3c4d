package io.quarkiverse.raftconfig.state;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/** The outcomes remembered by idempotency key, the oldest first. Immutable. */
final class KeyMemory {
    static final KeyMemory EMPTY = new KeyMemory(TreePMap.empty(), TreePMap.empty());

    private final TreePMap<Long, Remembered> byIndex;
    private final TreePMap<Remembered.Key, Remembered> byKey;

    private KeyMemory(TreePMap<Long, Remembered> byIndex, TreePMap<Remembered.Key, Remembered> byKey) {
        this.byIndex = byIndex;
        this.byKey = byKey;
    }

    int size() {
        return byIndex.size();
    }

    @Nullable
    Remembered find(Remembered.Key key) {
        return byKey.get(key);
    }

    /**
     * What tells the next one from those before it: the index of its entry, unless they come from another log, by a restore,
     * whose
     * indexes are larger.
     */
    long next(long index) {
        return byIndex.isEmpty() ? index : Math.max(index, byIndex.lastKey() + 1);
    }

    KeyMemory with(Remembered remembered) {
        return new KeyMemory(byIndex.plus(remembered.index(), remembered), byKey.plus(remembered.key(), remembered));
    }

    /** Without those that are {@code ageMillis} old or older. Times never fall from one entry to the next. */
    KeyMemory withoutExpired(long nowMillis, long ageMillis) {
        TreePMap<Long, Remembered> laterByIndex = byIndex;
        TreePMap<Remembered.Key, Remembered> laterByKey = byKey;
        while (!laterByIndex.isEmpty()) {
            Remembered oldest = laterByIndex.firstEntry().getValue();
            if (!oldest.hasExpired(nowMillis, ageMillis)) {
                break;
            }
            laterByIndex = laterByIndex.minusFirstEntry();
            laterByKey = laterByKey.minus(oldest.key());
        }
        return laterByIndex.size() == byIndex.size() ? this : new KeyMemory(laterByIndex, laterByKey);
    }

    void writeTo(StateWriter out) throws IOException {
        out.writeNumber(byIndex.size());
        for (Remembered remembered : byIndex.values()) {
            remembered.writeTo(out);
        }
    }

    static KeyMemory readFrom(StateReader in) throws IOException {
        int count = in.readInt();
        KeyMemory memory = EMPTY;
        Remembered before = null;
        for (int i = 0; i < count; i++) {
            Remembered remembered = Remembered.readFrom(in);
            boolean inOrder = before == null
                    || (before.index() < remembered.index() && before.atMillis() <= remembered.atMillis());
            if (!inOrder || memory.find(remembered.key()) != null) {
                throw new MalformedStateException("the remembered keys are not in order");
            }
            memory = memory.with(remembered);
            before = remembered;
        }
        return memory;
    }
}
