"""Builds the frames of docs/wire.md a second time, from the page alone and with Python's own hmac.

Reads a JSON list of advertisements on its standard input and writes one line of hex for each.
"""
import hashlib
import hmac
import ipaddress
import json
import struct
import sys
import uuid

KEY = bytes(range(32))
ROLES = ["init", "backup", "master", "fault"]
POSSESSIONS = ["none", "claiming", "claimed", "given"]


def digest(message):
    return hmac.new(KEY, message, hashlib.sha256).digest()


def tag(node):
    if node.startswith("#"):
        return int(node[1:], 16)
    value = 2166136261
    for byte in node.encode("ascii"):
        value = (value ^ byte) * 16777619 % 2**32
    return value


def text(value):
    return struct.pack("!B", len(value)) + value.encode("ascii")


def address(one):
    packed = ipaddress.ip_address(one["ip"]).packed
    flags = (len(packed) == 16) + 2 * one["wants"] + 4 * one["yields"] + 8 * one["unable"]
    flags += 16 * ROLES.index(one["role"]) + 64 * POSSESSIONS.index(one["possession"])
    return struct.pack("!BB", flags, one["rank"]) + packed


def heard(one):
    age = one["ageMs"] + (0 if one["proven"] else 2**31)
    boot = bytes.fromhex(one["boot"])
    return struct.pack("!I8sII", tag(one["node"]), boot, one["sequence"], age)


def release(one, ips):
    return struct.pack("!IBI", tag(one["whom"]), ips.index(one["ip"]), one["count"])


def entries(parts):
    return struct.pack("!B", len(parts)) + b"".join(parts)


def authenticated(ad):
    ips = [one["ip"] for one in ad["addresses"]]
    body = digest(b"baton heartbeat key id")[:4]
    body += bytes.fromhex(ad["boot"])
    body += struct.pack("!IIH", ad["sequence"], ad["uptimeMs"], ad["intervalMs"])
    body += struct.pack("!BB", ad["healthy"] + 2 * ad["maintenance"], ad["priority"])
    body += struct.pack("!I", ad["resigningMs"]) + text(ad["node"]) + text(ad["name"])
    body += entries([address(one) for one in ad["addresses"]])
    body += entries([heard(one) for one in ad["heard"]])
    body += entries([release(one, ips) for one in ad["releases"]])
    signed = b"\xba\x70\x6e\x01" + struct.pack("!H", 6 + len(body) + 16) + body
    return signed + digest(signed)[:16]


def exoip(ad):
    head = struct.pack("!BBBB", 2, 1, ad["priority"], ad["priority"])
    return head + ipaddress.ip_address(ad["ip"]).packed + uuid.UUID(ad["nicId"]).bytes


for ad in json.load(sys.stdin):
    print((exoip if ad["wire"] == "exoip" else authenticated)(ad).hex())
