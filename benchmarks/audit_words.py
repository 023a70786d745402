"""What is planted: the words the detectors were written with in sight, and others that nobody looked at.

`OTHER` was written before the detectors were first run on it. A miss there is reported, not mended: mend one,
and it belongs into `KNOWN`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What each family is made of.

    Attributes:
        garbled: well-formed words, which the family breaks.
        secrets: the beginning of a token and how many random signs follow it.
    """

    token_heads: tuple[str, ...]
    token_tails: tuple[str, ...]
    token_middles: tuple[str, ...]
    garbled: tuple[str, ...]
    refusals: tuple[str, ...]
    languages: tuple[str, ...]
    secrets: tuple[tuple[str, int], ...]
    personal: tuple[str, ...]
    loops: tuple[str, ...]


KNOWN = Words(
    token_tails=(
        "<|im_end|>", "</s>", "<|endoftext|>", "<|eot_id|>", "<end_of_turn>", "<eos>", "\n\nHuman:",
        "<|end_of_text|>", "<｜end▁of▁sentence｜>", " [/INST]", "\nUSER:", "<|end|>", "\n### Instruction:",
    ),
    token_heads=(
        "<|im_start|>assistant\n", "[INST] ", "<s>", "Assistant: ", "### Response:\n",
        "<start_of_turn>model\n",
        "<|start_header_id|>assistant<|end_header_id|>\n\n", "<|assistant|>\n", "ASSISTANT: ", "<bos>",
    ),
    token_middles=("<|im_end|>\n<|im_start|>user\n", "[/INST]", "<|eot_id|>"),
    garbled=("don’t", "café", "“quoted”", "naïve", "über", "señor", "—"),
    refusals=(
        "I'm sorry, but I can't help with that.", "I cannot assist with that request.",
        "As an AI language model, I am not able to answer this question.", "Sorry, I am unable to do that.",
        "I apologize, but I cannot provide this information.", "Unfortunately, I can't do that.",
        "I won't be able to help you with this.", "I must decline this request.",
        "对不起，我无法回答这个问题。",
        "I don't feel comfortable answering that.", "I'm not able to discuss this topic.",
    ),
    languages=(
        "Der Fluss entspringt in den Bergen und fließt durch viele kleine Städte bis zum Meer.",
        "La rivière prend sa source dans les montagnes et traverse de nombreuses petites villes.",
        "El río nace en las montañas y atraviesa muchos pueblos pequeños hasta llegar al mar.",
        "这条河发源于山区，流经许多小镇，最后流入大海，沿岸住着很多人家。",
        "Река берёт начало в горах и течёт через множество небольших городов к морю.",
        "この川は山から始まり、多くの小さな町を通って海に流れ込みます。",
        "Il fiume nasce tra le montagne e attraversa molte piccole città fino al mare.",
        "De rivier ontspringt in de bergen en stroomt door veel kleine steden naar de zee.",
    ),
    secrets=(("ghp_", 36), ("sk-", 40), ("AKIA", 16), ("hf_", 34), ("xoxb-", 30)),
    personal=(
        "anna.schmidt@gmx.de", "j.lopez87@gmail.com", "+49 30 901820", "(212) 736-5000", "219-09-9999",
        "4539 1488 0343 6467", "DE89 3704 0044 0532 0130 00", "93.184.216.34", "415-389-2671",
    ),
    loops=("I am not sure about that.", "And then it goes on like this.", "The answer is here."),
)  # fmt: skip

OTHER = Words(
    token_tails=(
        "<|eom_id|>", "<|END_OF_TURN_TOKEN|>", "<|endofprompt|>", "<|return|>", "<pad>", "\n\nAssistant: ",
        "<|fim_middle|>", "<｜User｜>", "<|eot|>", "</s></s>", "\nUser:", "\n### Human:", "<|user_end|>",
    ),
    token_heads=(
        "<|begin_of_text|>", "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", "<|channel|>final<|message|>",
        "<<SYS>>\nBe kind.\n<</SYS>>\n\n", "<｜Assistant｜>", "Human: ", "<|system|>\n", "<s>[INST] ",
        "### Assistant: ", "<|header_start|>assistant<|header_end|>\n\n",
    ),
    token_middles=("<|endoftext|><|endoftext|>", "</s> [INST] ", "<end_of_turn>\n<start_of_turn>user\n"),
    garbled=("it’s", "résumé", "‘so’", "Zürich", "garçon", "…", "½", "año"),
    refusals=(
        "I'm really sorry, but I won't provide that.", "I can't comply with this.",
        "As a responsible AI, I cannot help with this request.", "Sorry, but I'm not able to share that.",
        "I'm afraid I can't do that.", "I'm unable to assist with this.",
        "It's not appropriate for me to answer this.", "I will not answer this question.",
        "Es tut mir leid, aber dabei kann ich nicht helfen.", "Lo siento, no puedo ayudarte con eso.",
        "Thank you for asking, but I must respectfully decline.",
    ),
    languages=(
        "O rio nasce nas montanhas e passa por muitas cidades pequenas até chegar ao mar.",
        "Joki saa alkunsa vuorilta ja virtaa monen pienen kaupungin läpi mereen asti.",
        "Rzeka wypływa z gór i płynie przez wiele małych miast aż do morza.",
        "강은 산에서 시작하여 여러 작은 마을을 지나 바다로 흘러갑니다. 많은 사람이 그 곁에 삽니다.",
        "ينبع النهر من الجبال ويمر عبر العديد من المدن الصغيرة حتى يصل إلى البحر.",
        "Nehir dağlardan doğar ve birçok küçük şehirden geçerek denize ulaşır.",
        "Ο ποταμός πηγάζει από τα βουνά και διασχίζει πολλές μικρές πόλεις μέχρι τη θάλασσα.",
        "Dòng sông bắt nguồn từ vùng núi và chảy qua nhiều thị trấn nhỏ trước khi ra biển.",
        "Floden rinner upp i bergen och flyter genom många små städer ner till havet.",
    ),
    secrets=(("github_pat_", 60), ("sk-ant-", 48), ("ASIA", 16), ("glpat-", 22), ("AIza", 35),
             ("sk_live_", 26)),
    personal=(
        "maria.rossi@libero.it", "k.tanaka@yahoo.co.jp", "+33 1 42 68 53 00", "(312) 943-5100", "078-05-1120",
        "5425 2334 3010 9903", "GB29 NWBK 6016 1331 9268 19", "151.101.1.69", "+44 20 7219 3000",
    ),
    loops=("Please try again later.", "1. It depends on the situation.", "We can see that this is true."),
)  # fmt: skip
