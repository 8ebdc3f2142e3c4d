package io.quarkiverse.raftconfig.rest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Size;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/** All members, as they are asked for. */
record MembersBody(@Size(min = 1, max = 100, message = "must be {min} to {max} members") List<@Valid MemberBody> members) {

    /** @throws Problem if it is not a JSON object */
    static MembersBody read(byte[] body, Checks checks) {
        List<MemberBody> members = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : Json.readObject(body).properties()) {
            if (!field.getKey().equals("members")) {
                checks.wrong(Checks.shown(field.getKey()), "is not known here; known is members");
            } else if (field.getValue() instanceof ArrayNode list) {
                list.forEach(it -> members.add(MemberBody.read(it, "members[" + members.size() + "]", checks)));
            } else {
                checks.wrong("members", "must be a list of members");
            }
        }
        MembersBody whole = checks.valid(new MembersBody(members));
        Set<String> ids = new HashSet<>();
        for (MemberBody member : members) {
            if (!ids.add(member.id())) {
                checks.wrong("members", "must name each node once, and name " + Checks.shown(member.id()) + " twice");
            }
        }
        if (!members.isEmpty() && members.stream().noneMatch(MemberBody::voter)) {
            checks.wrong("members", "must have a voter");
        }
        return whole;
    }
}
