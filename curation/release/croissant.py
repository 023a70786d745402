"""croissant.json: the release described in MLCommons Croissant 1.1, JSON-LD that data search reads."""

from collections.abc import Mapping, Sequence

from curation.release import columns
from curation.release.contents import Content

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "annotation": "cr:annotation",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_PLAIN = {
    "pair_id": "sc:Text",
    "tier": "sc:Text",
    "n_votes": "sc:Integer",
    "agreement": "sc:Float",
    "strength": "sc:Float",
    "p_chosen": "sc:Float",
    "source": "sc:Text",
}
_PARTS = {"train": "data/train-00000-of-00001.parquet", "test": "data/test-00000-of-00001.parquet"}


def metadata(content: Content, sums: Mapping[str, str], biases: Sequence[str]) -> dict[str, object]:
    """The JSON-LD of a release.

    Nothing here tells the time of writing: the date is that of the newest fact behind the release.

    Args:
        biases: what is known of the biases of the pairs, a sentence each.
        sums: SHA-256 of the files, by path in the folder.
    """
    licences = sorted({origin.licence for origin in content.origins if origin.licence})
    published = {} if content.newest is None else {"datePublished": content.newest.isoformat()}
    protocol = {"rai:dataAnnotationProtocol": content.guideline} if content.guideline else {}
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": _identifier(content.title),
        "description": "Preference pairs in TRL's conversational layout, released by Pairloom. "
        f"Fingerprint {content.fingerprint}.",
        "license": licences or ["not stated by the sources"],
        "version": "1.0.0",
        "citeAs": f"{content.project}, preference pairs, fingerprint {content.fingerprint}",
        "inLanguage": list(content.languages),
        **published,
        "rai:dataBiases": list(biases),
        **protocol,
        "distribution": [_file(name, path, sums[path]) for name, path in _PARTS.items()],
        "recordSet": [_records(name) for name in _PARTS],
    }


def _file(name: str, path: str, digest: str) -> dict[str, object]:
    return {
        "@type": "cr:FileObject",
        "@id": f"{name}-file",
        "name": f"{name}-file",
        "contentUrl": path,
        "encodingFormat": "application/x-parquet",
        "sha256": digest,
    }


def _records(part: str) -> dict[str, object]:
    messages = [_messages(part, name) for name in ("prompt", "chosen", "rejected")]
    plain = [_field(part, name, kind) for name, kind in _PLAIN.items()]
    return {"@type": "cr:RecordSet", "@id": part, "name": part, "field": [*messages, *plain]}


def _messages(part: str, name: str) -> dict[str, object]:
    inner = [
        {
            "@type": "cr:Field",
            "@id": f"{part}/{name}/{key}",
            "name": key,
            "dataType": "sc:Text",
            "source": {**_column(part, name), "transform": {"jsonPath": key}},
        }
        for key in ("role", "content")
    ]
    return {**_described(part, name), "repeated": True, "source": _column(part, name), "subField": inner}


def _field(part: str, name: str, kind: str) -> dict[str, object]:
    return {**_described(part, name), "dataType": kind, "source": _column(part, name)}


def _described(part: str, name: str) -> dict[str, object]:
    return {
        "@type": "cr:Field",
        "@id": f"{part}/{name}",
        "name": name,
        "description": columns.MEANING[name],
    }


def _column(part: str, name: str) -> dict[str, object]:
    return {"fileObject": {"@id": f"{part}-file"}, "extract": {"column": name}}


def _identifier(title: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in title)
